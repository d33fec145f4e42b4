package io.rmm.jmx;

/**
 * The usage threshold of one budget, in the manner of {@link
 * java.lang.management.MemoryPoolMXBean}: it tells of the moment at which usage comes to it, and
 * not of each moment above it.
 *
 * <p>Once it has told, usage must fall by a twentieth of the threshold below it before it tells
 * again, which is the margin of pressure too; a budget that hovers at its threshold would otherwise
 * tell every other second. Safe for use by several threads.
 */
final class UsageThreshold {

  private static final long MARGIN = 20;

  private long bytes;
  private boolean armed = true;
  private long count;

  /** Returns the threshold; 0 if there is none. */
  synchronized long bytes() {
    return bytes;
  }

  /**
   * Sets another threshold, or none with 0. Usage that is above it already counts as a crossing.
   */
  synchronized void set(long newBytes) {
    bytes = newBytes;
    armed = true;
  }

  synchronized boolean isExceededBy(long usedBytes) {
    return bytes > 0 && usedBytes >= bytes;
  }

  /** Returns how often usage was found to have come to the threshold. */
  synchronized long count() {
    return count;
  }

  /** Looks at the usage of this moment, and tells whether it has come to the threshold. */
  synchronized boolean isCrossedBy(long usedBytes) {
    if (armed && isExceededBy(usedBytes)) {
      armed = false;
      count++;
      return true;
    }
    if (usedBytes < bytes - bytes / MARGIN) {
      armed = true;
    }
    return false;
  }
}
