package io.rmm.allocator;

/**
 * The close of an arena that took long enough to be worth telling of.
 *
 * @param budget the path of its budget
 * @param kind {@code "confined"}, {@code "shared"} or {@code "deferred"}
 * @param blocks the blocks that were freed with it
 * @param bytes bytes of their slots
 * @param durationNanos how long the close took
 */
public record ArenaClose(String budget, String kind, long blocks, long bytes, long durationNanos) {

  /** Closes that take less are not told of: 100 us, in nanoseconds. */
  public static final long LEAST_NANOS = 100_000;
}
