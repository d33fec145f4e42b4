package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmc.common.item.IItemCollection;

/**
 * A place that is likely to be behind the growth of an account.
 *
 * <p>Lost blocks are growth beyond doubt. A site that only allocates is a candidate, no more:
 * samples tell what was allocated there, not what was freed again.
 *
 * @param site the place
 * @param lostBytes estimated bytes from there that can no longer be freed
 * @param allocatedBytes estimated bytes allocated there while the account grew
 */
public record GrowingSite(RecordedSite site, long lostBytes, long allocatedBytes) {

  private static final int MOST = 5;

  /**
   * Returns the likeliest sites, those with lost bytes first.
   *
   * @param from when the growth began, in nanoseconds since the epoch
   */
  static List<GrowingSite> of(IItemCollection items, Account account, long from) {
    Map<RecordedSite, GrowingSite> sites = new HashMap<>();
    for (EventRow row : EventRow.of(items, EventType.LEAK_SUSPECT)) {
      if (account.covers(row.manager(), row.text("budget"))) {
        add(sites, row.text("allocationSite"), row.number("weight"), 0);
      }
    }
    for (EventRow row : EventRow.of(items, EventType.ALLOCATION_SAMPLE)) {
      if (row.time() >= from && account.covers(row.manager(), row.text("budget"))) {
        add(sites, row.text("site"), 0, row.number("weight"));
      }
    }
    return sites.values().stream()
        .filter(site -> site.site().isKnown())
        .sorted(
            Comparator.comparingLong(GrowingSite::lostBytes)
                .thenComparingLong(GrowingSite::allocatedBytes)
                .reversed())
        .limit(MOST)
        .toList();
  }

  private static void add(
      Map<RecordedSite, GrowingSite> sites, String text, long lost, long allocated) {
    RecordedSite site = RecordedSite.parse(text);
    sites.merge(
        site,
        new GrowingSite(site, lost, allocated),
        (one, other) ->
            new GrowingSite(
                site, one.lostBytes + other.lostBytes, one.allocatedBytes + other.allocatedBytes));
  }
}
