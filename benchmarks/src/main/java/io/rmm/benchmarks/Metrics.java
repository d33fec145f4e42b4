package io.rmm.benchmarks;

/** Names of measured values that tables and targets know. */
public final class Metrics {

  /** Nanoseconds an operation. */
  public static final String NANOS = "ns";

  /** Bytes on the Java heap for an operation. */
  public static final String HEAP_BYTES = "B/op";

  /** Resident bytes of the process beside the Java heap, as everywhere below, at the end. */
  public static final String RESIDENT = "resident";

  /** The highest resident bytes of the process. */
  public static final String PEAK_RESIDENT = "peak resident";

  /** Peak of what the peer says that it holds, by peak of what it was asked for. */
  public static final String COMMITTED_BY_REQUESTED = "committed / requested";

  /** Peak growth of the process, by peak of what the peer was asked for. */
  public static final String RESIDENT_BY_REQUESTED = "resident growth / requested";

  /** Bytes that the peer says it holds, 10 s after a burst has ended. */
  public static final String COMMITTED_AFTER = "committed after 10 s";

  /** Resident bytes 10 s after a burst has ended. */
  public static final String RESIDENT_AFTER = "resident after 10 s";

  /** That, by what is allowed: 10 % more than 16 MiB and what was resident before. */
  public static final String RESIDENT_BY_ALLOWED = "resident after 10 s / allowed";

  /** Resident bytes at the end of the silence after a burst. */
  public static final String RESIDENT_AT_END = "resident after silence";

  /** The 99th percentile of an allocation in the second burst, by that in the warm first one. */
  public static final String SECOND_BY_WARM = "p99 of second burst / warm";

  /** As {@link #SECOND_BY_WARM}, with the write of the first 8 bytes, which may fault a page in. */
  public static final String SECOND_BY_WARM_WRITTEN = "p99 of second burst / warm, with write";

  /** The 99th percentile of an allocation in the warm first burst, in nanoseconds. */
  public static final String WARM_P99 = "warm p99";

  /** The 99.99th percentile of allocations and frees together, in nanoseconds. */
  public static final String P9999 = "p99.99";

  /** Milliseconds from the first use of the peer's classes to its first block. */
  public static final String FIRST_BLOCK = "first block";

  /** Bytes that the peer says it holds when nothing is live. */
  public static final String IDLE_COMMITTED = "committed when idle";

  private Metrics() {}
}
