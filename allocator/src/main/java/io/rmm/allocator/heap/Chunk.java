package io.rmm.allocator.heap;

import io.rmm.allocator.source.Extent;
import org.jspecify.annotations.Nullable;

/**
 * What is mapped from and returned to the operating system: 2 MiB, or more for one huge block.
 *
 * <p>A chunk is cut into 64 slices, so that one {@code long} tells which of them are free and
 * another which of them are backed by memory; runs of slices become pages. 2 MiB is the size of a
 * huge page on x86-64 and most of AArch64. Guarded by the {@link ChunkPool}'s lock.
 */
final class Chunk {

  /** log2 of {@link #SLICE_BYTES}. */
  static final int SLICE_SHIFT = 15;

  /** Bytes of a slice, the unit of pages: 32 KiB. */
  static final int SLICE_BYTES = 1 << SLICE_SHIFT;

  /** Slices of a chunk: the bits of a long. */
  static final int SLICES = Long.SIZE;

  /** Bytes of a chunk that is cut into pages. */
  static final int BYTES = SLICES * SLICE_BYTES;

  final Extent extent;

  /** Whether this chunk serves one huge block. */
  final boolean huge;

  /** Where a huge chunk is kept while it is unused. */
  final HugeChunks.@Nullable Shelf shelf;

  /** The pages that stand here, by first slice; a huge chunk has its page at 0. */
  final @Nullable Page[] pages;

  /** Slices that belong to no page. A huge chunk counts as one slice in this mask and the next. */
  long free;

  /** Slices that are backed by memory, or were made so and not given back since. */
  long committed;

  /** The tick of the pool's clock in which slices became free last. */
  long freedAt;

  /** Where the {@link ChunkPool} keeps this chunk: the longest run of free slices. */
  int bin = ChunkBins.NONE;

  @Nullable Chunk previousInBin;
  @Nullable Chunk nextInBin;

  /**
   * Makes a chunk that is wholly free.
   *
   * @param shelf null unless the chunk is to serve one huge block
   */
  Chunk(Extent extent, HugeChunks.@Nullable Shelf shelf) {
    this.extent = extent;
    this.huge = shelf != null;
    this.shelf = shelf;
    this.pages = new Page[huge ? 1 : SLICES];
    this.free = all();
  }

  /** Returns the mask of all slices. */
  long all() {
    return huge ? 1 : -1L;
  }

  /** Returns the slices that belong to no page although memory backs them. */
  long idle() {
    return free & committed;
  }

  /** Tells whether no page stands here. */
  boolean isUnused() {
    return free == all();
  }

  /** Returns the bytes of the slices in {@code mask}. */
  long bytes(long mask) {
    return huge ? mask * extent.bytes() : (long) Long.bitCount(mask) << SLICE_SHIFT;
  }

  /** Returns the bits of {@code count} slices from {@code first} on. */
  static long mask(int first, int count) {
    return (count == SLICES ? -1L : (1L << count) - 1) << first;
  }

  /**
   * Returns the first slice of a run of {@code count} free ones, if possible of such as are backed
   * by memory, or 64 if there is none.
   */
  int findRun(int count) {
    long backed = runStarts(idle(), count);
    return Long.numberOfTrailingZeros(backed != 0 ? backed : runStarts(free, count));
  }

  /** Returns the length of the longest run of free slices. */
  int longestRun() {
    int length = 0;
    for (long bits = free; bits != 0; bits &= bits >>> 1) {
      length++;
    }
    return length;
  }

  /** Returns the bits at which a run of {@code count} ones begins, in log2(count) steps. */
  private static long runStarts(long bits, int count) {
    int have = 1;
    while (have < count) {
      int step = Math.min(have, count - have);
      bits &= bits >>> step;
      have += step;
    }
    return bits;
  }
}
