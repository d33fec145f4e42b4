package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.openjdk.jmc.common.IDisplayable;
import org.openjdk.jmc.common.item.IItemCollection;

/**
 * Blocks from one place that nobody can free any more, estimated from the observed ones.
 *
 * @param allocationSite where they were allocated
 * @param accounts the managers and budgets concerned, for people
 * @param observed observed blocks among them
 * @param observedBytes bytes of the observed blocks
 * @param estimatedBytes bytes of all that the observed blocks stand for
 * @param oldestAge nanoseconds that the oldest had lived when it was found
 * @param evidence why they count as lost, as the events say
 */
public record LostBlocks(
    RecordedSite allocationSite,
    List<String> accounts,
    int observed,
    long observedBytes,
    long estimatedBytes,
    long oldestAge,
    List<String> evidence)
    implements IDisplayable {

  /** Copies the lists. */
  public LostBlocks {
    accounts = List.copyOf(accounts);
    evidence = List.copyOf(evidence);
  }

  /** Returns what was lost in a recording, by site, the most bytes first. */
  static List<LostBlocks> of(IItemCollection items) {
    Map<RecordedSite, List<EventRow>> sites = new LinkedHashMap<>();
    for (EventRow row : EventRow.of(items, EventType.LEAK_SUSPECT)) {
      RecordedSite site = RecordedSite.parse(row.text("allocationSite"));
      sites.computeIfAbsent(site, k -> new ArrayList<>()).add(row);
    }
    return sites.entrySet().stream()
        .map(site -> lost(site.getKey(), site.getValue()))
        .sorted(Comparator.comparingLong(LostBlocks::estimatedBytes).reversed())
        .toList();
  }

  /** Returns one sentence; JMC shows lost blocks in this way. */
  @Override
  public String displayUsing(String formatHint) {
    return "About "
        + Quantities.bytes(estimatedBytes)
        + " allocated at "
        + allocationSite.top()
        + " can no longer be freed ("
        + Quantities.counted(observed, "observed block", "observed blocks")
        + "), charged to "
        + String.join(", ", accounts)
        + ".";
  }

  private static LostBlocks lost(RecordedSite site, List<EventRow> rows) {
    SequencedSet<String> accounts = new TreeSet<>();
    SequencedSet<String> evidence = new TreeSet<>();
    long bytes = 0;
    long estimated = 0;
    long oldest = 0;
    for (EventRow row : rows) {
      accounts.add(Account.title(row.manager(), row.text("budget")));
      evidence.add(row.text("evidence"));
      bytes += row.number("blockSize");
      estimated += Math.max(row.number("weight"), row.number("blockSize"));
      oldest = Math.max(oldest, row.number("age"));
    }
    return new LostBlocks(
        site, List.copyOf(accounts), rows.size(), bytes, estimated, oldest, List.copyOf(evidence));
  }
}
