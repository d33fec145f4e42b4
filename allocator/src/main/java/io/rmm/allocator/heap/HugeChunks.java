package io.rmm.allocator.heap;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that served one huge block each and serve none now, by their size.
 *
 * <p>They are kept for the next huge block of about that size, because the address space of an
 * extent is never given back, and a process has a limited number of mappings. Huge sizes are
 * rounded up, by an eighth at the most, so that there are few. Linked through the chunks
 * themselves: to put one back, which is a part of freeing its block, needs no Java heap. Guarded by
 * the {@link ChunkPool}'s lock.
 */
final class HugeChunks {

  /** The least that the operating systems we know hand out. */
  private static final long SYSTEM_PAGE = 4096;

  /** log2 of the sizes per doubling: wastes an eighth at most, and lets extents be reused. */
  private static final int STEPS_SHIFT = 3;

  /** The unused chunks of one size. */
  static final class Shelf {

    /** The one used last, which leads to the others by {@link Chunk#nextInBin}. */
    private @Nullable Chunk first;
  }

  private final Map<Long, Shelf> shelves = new HashMap<>();

  /** Returns the bytes of the slot that a huge request gets. */
  static long slotBytes(long bytes) {
    long step = Math.max(SYSTEM_PAGE, Long.highestOneBit(bytes) >>> STEPS_SHIFT);
    return Math.max(SYSTEM_PAGE, (bytes + step - 1) & -step);
  }

  /**
   * Returns where chunks of {@code slotBytes} are kept, which for a size not seen before is new.
   */
  Shelf shelf(long slotBytes) {
    return shelves.computeIfAbsent(slotBytes, _ -> new Shelf());
  }

  /**
   * Returns an unused chunk of {@code shelf} that is aligned so, of those the one used last; or
   * null.
   */
  static @Nullable Chunk find(Shelf shelf, long byteAlignment) {
    for (Chunk chunk = shelf.first; chunk != null; chunk = chunk.nextInBin) {
      if ((chunk.extent.address() & (byteAlignment - 1)) == 0) {
        return chunk;
      }
    }
    return null;
  }

  /** Puts {@code chunk}, in which no block stands, on its shelf. */
  static void add(Chunk chunk) {
    Shelf shelf = shelfOf(chunk);
    Chunk next = shelf.first;
    chunk.nextInBin = next;
    if (next != null) {
      next.previousInBin = chunk;
    }
    shelf.first = chunk;
  }

  /** Takes {@code chunk} off its shelf, if it is there. */
  @SuppressWarnings("ReferenceEquality") // a chunk equals itself alone
  static void remove(Chunk chunk) {
    Shelf shelf = shelfOf(chunk);
    Chunk previous = chunk.previousInBin;
    Chunk next = chunk.nextInBin;
    if (previous != null) {
      previous.nextInBin = next;
    } else if (shelf.first == chunk) {
      shelf.first = next;
    }
    if (next != null) {
      next.previousInBin = previous;
    }
    chunk.previousInBin = null;
    chunk.nextInBin = null;
  }

  private static Shelf shelfOf(Chunk chunk) {
    return Objects.requireNonNull(chunk.shelf, "a huge chunk has a shelf");
  }
}
