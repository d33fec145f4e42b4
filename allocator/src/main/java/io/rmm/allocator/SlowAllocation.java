package io.rmm.allocator;

/**
 * An allocation that took long because no free slot was at hand.
 *
 * @param budget the path of its budget
 * @param requestedBytes bytes asked for
 * @param durationNanos how long it took to find a slot
 * @param cause where most of that time went
 */
public record SlowAllocation(
    String budget, long requestedBytes, long durationNanos, SlowAllocation.Cause cause) {

  /** Allocations that take less are not told of: 1 ms, in nanoseconds. */
  public static final long LEAST_NANOS = 1_000_000;

  /** What an allocation waited for. */
  public enum Cause {
    /** A run of slices in a chunk. */
    CHUNK,
    /** The lock of the pool of chunks. */
    LOCK,
    /** Room under the hard limit: idle memory was given back, or deferred arenas were closed. */
    BUDGET,
    /** The operating system. */
    SYSTEM
  }
}
