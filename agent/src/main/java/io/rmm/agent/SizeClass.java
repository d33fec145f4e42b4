package io.rmm.agent;

/** The sizes under which memory is told in profiles: four per doubling, as RMM's own. */
final class SizeClass {

  /** Bits of a size below the highest that tell classes apart. */
  private static final int FINER_BITS = 2;

  /** The smallest class. */
  private static final long LEAST = 16;

  private SizeClass() {}

  /** Returns the least size of a class that {@code bytes} fit into. */
  static long of(long bytes) {
    if (bytes <= LEAST) {
      return LEAST;
    }
    int shift = 63 - Long.numberOfLeadingZeros(bytes - 1) - FINER_BITS;
    return (((bytes - 1) >> shift) + 1) << shift;
  }
}
