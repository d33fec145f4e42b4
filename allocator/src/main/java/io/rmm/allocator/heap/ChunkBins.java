package io.rmm.allocator.heap;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a pool by the length of their longest run of free slices, from 0 to 64.
 *
 * <p>The chunk that fits a run most tightly is found by one look at a mask of the bins that are not
 * empty. Tight fits keep the long runs long and let the other chunks become wholly free; a chunk
 * that is wholly free is taken last, and one without memory after all others. Guarded by the lock
 * of the {@link ChunkPool}.
 */
final class ChunkBins {

  /** What {@link Chunk#bin} is for a chunk that stands in none. */
  static final int NONE = -1;

  /** Where chunks stand that are wholly free, and that no memory backs. */
  private static final int VACANT = Chunk.SLICES + 1;

  private final @Nullable Chunk[] bins = new Chunk[VACANT + 1];

  /** The bins that are not empty; the last two, for wholly free chunks, have no bit. */
  private long occupied;

  /** Returns the chunk with the shortest sufficient run of {@code slices} free ones, or null. */
  @Nullable Chunk tightest(int slices) {
    long fitting = slices == Chunk.SLICES ? 0 : occupied & (-1L << slices);
    if (fitting != 0) {
      return bins[Long.numberOfTrailingZeros(fitting)];
    }
    Chunk unused = bins[Chunk.SLICES];
    return unused != null ? unused : bins[VACANT];
  }

  /** Puts {@code chunk}, whose free or committed slices have changed, where it belongs. */
  void place(Chunk chunk) {
    int bin = binOf(chunk);
    if (bin == chunk.bin) {
      return;
    }
    remove(chunk);
    chunk.bin = bin;
    chunk.nextInBin = bins[bin];
    if (chunk.nextInBin != null) {
      chunk.nextInBin.previousInBin = chunk;
    }
    bins[bin] = chunk;
    mark(bin);
  }

  /** Returns the bin where {@code chunk} belongs. */
  static int binOf(Chunk chunk) {
    return chunk.committed == 0 ? VACANT : chunk.longestRun();
  }

  /** Takes {@code chunk} out, if it is in. */
  void remove(Chunk chunk) {
    int bin = chunk.bin;
    if (bin == NONE) {
      return;
    }
    if (chunk.previousInBin != null) {
      chunk.previousInBin.nextInBin = chunk.nextInBin;
    } else if (bins[bin] == chunk) {
      bins[bin] = chunk.nextInBin;
    }
    if (chunk.nextInBin != null) {
      chunk.nextInBin.previousInBin = chunk.previousInBin;
    }
    chunk.previousInBin = null;
    chunk.nextInBin = null;
    chunk.bin = NONE;
    mark(bin);
  }

  /** Forgets all chunks. */
  void clear() {
    Arrays.fill(bins, null);
    occupied = 0;
  }

  private void mark(int bin) {
    if (bin < Chunk.SLICES) {
      occupied = bins[bin] != null ? occupied | 1L << bin : occupied & ~(1L << bin);
    }
  }
}
