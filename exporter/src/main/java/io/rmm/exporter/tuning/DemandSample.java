package io.rmm.exporter.tuning;

import io.rmm.allocator.MemorySnapshot;

/**
 * What a manager held at one moment, as far as retention goes.
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

  /** Reads {@code snapshot}; what was trimmed is known from the manager's chunk events. */
  static DemandSample of(MemorySnapshot snapshot, long trimmedBytes, long nanos) {
    return new DemandSample(
        nanos,
        snapshot.activeBytes(),
        snapshot.committedBytes(),
        snapshot.returnedBytes(),
        trimmedBytes,
        snapshot.retainedLimitBytes());
  }
}
