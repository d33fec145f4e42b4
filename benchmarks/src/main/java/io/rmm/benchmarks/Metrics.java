package io.rmm.benchmarks;

/** Names of measured values that tables and targets know. */
public final class Metrics {

  /** Nanoseconds an operation. */
  public static final String NANOS = "ns";

  /** Bytes on the Java heap for an operation. */
  public static final String HEAP_BYTES = "B/op";

  /** Resident bytes of the process at the end. */
  public static final String RESIDENT = "resident";

  /** The highest resident bytes of the process. */
  public static final String PEAK_RESIDENT = "peak resident";

  private Metrics() {}
}
