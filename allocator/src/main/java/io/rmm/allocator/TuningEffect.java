package io.rmm.allocator;

/**
 * What a value of a {@link TuningKnob} costs and what it keeps, predicted or measured.
 *
 * @param cost nanoseconds a second that the operating system works for it, {@value #NOT_KNOWN} if
 *     not known: taking back what lay idle too long, and finding it again where the manager asks
 *     for it. What is not in it: the page faults of memory that comes back at its first touch. They
 *     happen in the program's own code, where nobody of ours could look at a clock
 * @param bytes the mean of the committed bytes that no live block needs, {@value #NOT_KNOWN} if not
 *     known
 */
public record TuningEffect(long cost, long bytes) {

  /** A figure that is not known. */
  public static final long NOT_KNOWN = -1;

  /** Nothing is known. */
  public static final TuningEffect UNKNOWN = new TuningEffect(NOT_KNOWN, NOT_KNOWN);

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException if one is less than {@link #NOT_KNOWN}
   */
  public TuningEffect {
    if (cost < NOT_KNOWN || bytes < NOT_KNOWN) {
      throw new IllegalArgumentException(
          "an effect is 0 or more, or "
              + NOT_KNOWN
              + ", not "
              + cost
              + " ns/s and "
              + bytes
              + " B");
    }
  }

  /** Tells whether the cost is known. */
  public boolean isCostKnown() {
    return cost != NOT_KNOWN;
  }

  /** Tells whether the bytes are known. */
  public boolean areBytesKnown() {
    return bytes != NOT_KNOWN;
  }
}
