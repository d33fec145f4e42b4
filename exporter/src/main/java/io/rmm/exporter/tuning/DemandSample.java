package io.rmm.exporter.tuning;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySnapshot.SizeClassUsage;

/**
 * What a manager held at one moment, as far as retention goes. Blocks larger than the largest size
 * class are left out everywhere: their memory comes and goes with them, and is never retained.
 *
 * @param nanos when, in nanoseconds of a monotonic clock
 * @param demandBytes bytes of the pages with a live slot: what must be committed at this moment
 * @param committedBytes bytes backed by memory
 * @param returnedBytes bytes given back to the operating system so far
 * @param trimmedBytes those of them that went back because they lay idle above the retained limit
 * @param limitBytes that limit
 */
record DemandSample(
    long nanos,
    long demandBytes,
    long committedBytes,
    long returnedBytes,
    long trimmedBytes,
    long limitBytes) {

  /** Reads {@code snapshot}; what went back comes from the manager's chunk events. */
  static DemandSample of(
      MemorySnapshot snapshot, long returnedBytes, long trimmedBytes, long nanos) {
    long huge = 0;
    for (SizeClassUsage sizeClass : snapshot.sizeClasses()) {
      if (sizeClass.slotBytes() == 0) {
        huge += sizeClass.pageBytes();
      }
    }
    return new DemandSample(
        nanos,
        Math.max(0, snapshot.activeBytes() - huge),
        Math.max(0, snapshot.committedBytes() - huge),
        returnedBytes,
        trimmedBytes,
        snapshot.retainedLimitBytes());
  }
}
