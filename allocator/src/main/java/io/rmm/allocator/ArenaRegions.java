package io.rmm.allocator;

import io.rmm.allocator.heap.SizeClasses;

/** How large the regions of arenas are, and what is cut from them. See {@link ManagedArena}. */
final class ArenaRegions {

  /** What needs more has a block of its own: a region saves it nothing beside the zeroing. */
  static final int MAX_SMALL_BYTES = 4 << 10;

  /** So that at most a quarter of a region is lost to a segment that did not fit in. */
  static final int MAX_BYTES = 4 * MAX_SMALL_BYTES;

  /** The first region of an arena of which nothing is known. */
  static final int FIRST_BYTES = 512;

  private ArenaRegions() {}

  /** Tells whether a region is taken for such a segment, if it finds no room in the last one. */
  static boolean isSmall(long byteSize, long byteAlignment) {
    return byteSize <= MAX_SMALL_BYTES && byteAlignment <= MAX_SMALL_BYTES;
  }

  /** Returns the bytes that such a segment needs at the most, wherever the region starts. */
  static int needed(long byteSize, long byteAlignment) {
    long padding = Math.max(0, byteAlignment - SizeClasses.GRANULE);
    return up(Math.max(1, byteSize) + padding);
  }

  /**
   * Returns the size of an arena's next region.
   *
   * @param needed what it must hold
   * @param before the size of the last one, or 0
   * @param demand what the arena is expected to need in all, {@link #MAX_BYTES} at the most, or 0
   */
  static int next(int needed, long before, int demand) {
    if (before == 0 && needed <= demand) {
      return demand;
    }
    // Not twice what is usable, which with a canary is a little more than a power of two.
    long grown =
        Math.max(2L * Integer.highestOneBit((int) before), 4L * Integer.highestOneBit(needed));
    return Math.clamp(grown, FIRST_BYTES, MAX_BYTES);
  }

  private static int up(long bytes) {
    return (int) (bytes + SizeClasses.GRANULE - 1) & -SizeClasses.GRANULE;
  }
}
