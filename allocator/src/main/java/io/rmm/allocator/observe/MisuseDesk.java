package io.rmm.allocator.observe;

import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where misuse is reported: counts it, finds out what is known of the block, tells the listeners.
 */
public final class MisuseDesk {

  private final Observer observer;
  private final Listeners listeners;
  private final Map<MisuseKind, LongAdder> counts = new ConcurrentHashMap<>();

  /** Makes a desk that asks {@code observer} and tells {@code listeners}. */
  public MisuseDesk(Observer observer, Listeners listeners) {
    this.observer = observer;
    this.listeners = listeners;
  }

  /**
   * Reports a misuse of the block {@code blockId} by the caller of the method that found it.
   *
   * @param blockId the block's id, or 0 if there is none
   * @return the exception to throw at the caller
   */
  public MemoryMisuseException report(
      MisuseKind kind, long blockId, long blockSize, String budget, String detail) {
    MisuseReport.Builder report =
        MisuseReport.builder(kind)
            .block(blockId, blockSize)
            .budget(budget)
            .detectionSite(observer.here())
            .detail(detail);
    ObservedBlock block = blockId == 0 ? null : observer.find(blockId);
    if (block != null) {
      Site freeSite = block.freeSite;
      report
          .allocationSite(block.allocationSite)
          .freeSite(freeSite == null ? Site.UNKNOWN : freeSite)
          .ageNanos(block.ageNanos());
    }
    return new MemoryMisuseException(tell(report.build()));
  }

  /**
   * Reports what is live at the manager's end: one leak for each site that is known to hold some,
   * and one for all blocks, so that nothing goes unsaid where nothing was observed.
   */
  public void reportLive(long blocks, long usedBytes) {
    if (blocks == 0) {
      return;
    }
    tell(
        MisuseReport.builder(MisuseKind.LEAK)
            .block(0, usedBytes)
            .detail(
                "the manager is closed while "
                    + blocks
                    + " blocks with "
                    + usedBytes
                    + " bytes are live")
            .build());
    Map<Site, long[]> bySite = new LinkedHashMap<>();
    for (ObservedBlock block : observer.live()) {
      long[] sum = bySite.computeIfAbsent(block.allocationSite, _ -> new long[2]);
      sum[0]++;
      sum[1] += block.weight;
    }
    bySite.forEach(
        (site, sum) ->
            tell(
                MisuseReport.builder(MisuseKind.LEAK)
                    .block(0, sum[1])
                    .allocationSite(site)
                    .detail(
                        sum[0]
                            + " observed blocks from here are live at the manager's close; they"
                            + " stand for about "
                            + sum[1]
                            + " bytes")
                    .build()));
  }

  private MisuseReport tell(MisuseReport report) {
    counts.computeIfAbsent(report.kind(), _ -> new LongAdder()).increment();
    listeners.tell(listener -> listener.onMisuse(report));
    return report;
  }

  /** Tells {@code snapshot} the number of misuses by kind. */
  public void read(MemorySnapshot.Builder snapshot) {
    counts.forEach((kind, count) -> snapshot.misuses(kind, count.sum()));
  }
}
