package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.openjdk.jmc.common.IDisplayable;
import org.openjdk.jmc.common.item.IItemCollection;

/**
 * The misuses of one kind that were found at one place, of blocks from one place.
 *
 * @param kind the kind as the event names it, for example {@code DOUBLE_FREE}; {@code
 *     USE_AFTER_FREE} for what is found by {@link GuardHits}
 * @param detectionSite where the misuse was found
 * @param allocationSite where the blocks were allocated
 * @param freeSites where the blocks had been freed, each once, as far as it was observed
 * @param accounts the managers and budgets concerned, for people
 * @param count the events in the recording
 * @param smallestBlock bytes of the smallest block concerned, or 0 if no single one is
 * @param largestBlock bytes of the largest block concerned, or 0
 * @param firstTime when the first was found, in nanoseconds since the epoch
 * @param lastTime when the last was found, in nanoseconds since the epoch
 * @param detail what the first event says for people
 */
public record MisuseGroup(
    String kind,
    RecordedSite detectionSite,
    RecordedSite allocationSite,
    List<RecordedSite> freeSites,
    List<String> accounts,
    int count,
    long smallestBlock,
    long largestBlock,
    long firstTime,
    long lastTime,
    String detail)
    implements IDisplayable {

  private record Key(String kind, RecordedSite detectionSite, RecordedSite allocationSite) {}

  /** Copies the lists. */
  public MisuseGroup {
    freeSites = List.copyOf(freeSites);
    accounts = List.copyOf(accounts);
  }

  /** Returns the groups of a recording, the largest first. */
  static List<MisuseGroup> of(IItemCollection items) {
    Map<Key, List<EventRow>> groups = new LinkedHashMap<>();
    for (EventRow row : EventRow.of(items, EventType.MISUSE)) {
      Key key =
          new Key(
              row.text("kind"),
              RecordedSite.parse(row.text("detectionSite")),
              RecordedSite.parse(row.text("allocationSite")));
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
    return groups.entrySet().stream()
        .map(group -> group(group.getKey(), group.getValue()))
        .sorted(Comparator.comparingInt(MisuseGroup::count).reversed())
        .toList();
  }

  /** Returns the kind in words, for example {@code double free}. */
  public String kindInWords() {
    return kind.isEmpty() ? "misuse" : kind.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Tells whether single blocks are concerned; a leak found at a manager's close is a sum. */
  public boolean concernsBlocks() {
    return largestBlock > 0;
  }

  /** Returns the sizes of the blocks in words. */
  public String sizesInWords() {
    return smallestBlock == largestBlock
        ? Quantities.bytes(largestBlock)
        : Quantities.bytes(smallestBlock) + " to " + Quantities.bytes(largestBlock);
  }

  /** Returns one sentence; JMC shows groups in this way. */
  @Override
  public String displayUsing(String formatHint) {
    String words = kindInWords();
    return words.substring(0, 1).toUpperCase(Locale.ROOT)
        + words.substring(1)
        + (count == 1 ? "" : String.format(", %,d times", count))
        + (detectionSite.isKnown() ? ", at " + detectionSite.top() : "")
        + (concernsBlocks() ? ", of a block of " + sizesInWords() : "")
        + (allocationSite.isKnown() ? ", allocated at " + allocationSite.top() : "")
        + ", "
        + String.join(", ", accounts)
        + (detail.isEmpty() ? "." : ": " + detail + ".");
  }

  private static MisuseGroup group(Key key, List<EventRow> rows) {
    SequencedSet<RecordedSite> freeSites = new LinkedHashSet<>();
    SequencedSet<String> accounts = new TreeSet<>();
    LongSummaryStatistics sizes =
        rows.stream()
            .filter(row -> row.number("allocationId") != 0)
            .mapToLong(row -> row.number("blockSize"))
            .summaryStatistics();
    for (EventRow row : rows) {
      RecordedSite freeSite = RecordedSite.parse(row.text("freeSite"));
      if (freeSite.isKnown()) {
        freeSites.add(freeSite);
      }
      accounts.add(Account.title(row.manager(), row.text("budget")));
    }
    return new MisuseGroup(
        key.kind(),
        key.detectionSite(),
        key.allocationSite(),
        List.copyOf(freeSites),
        List.copyOf(accounts),
        rows.size(),
        sizes.getCount() == 0 ? 0 : sizes.getMin(),
        sizes.getCount() == 0 ? 0 : sizes.getMax(),
        rows.getFirst().time(),
        rows.getLast().time(),
        rows.getFirst().text("detail"));
  }
}
