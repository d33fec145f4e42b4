package io.rmm.allocator.heap;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that served one huge block each and serve none now, by their size.
 *
 * <p>They are kept for the next huge block of about that size, because the address space of an
 * extent is never given back, and a process has a limited number of mappings. Huge sizes are
 * rounded up, by an eighth at the most, so that there are few. Guarded by the {@link ChunkPool}'s
 * lock.
 */
final class HugeChunks {

  /** The least that the operating systems we know hand out. */
  private static final long SYSTEM_PAGE = 4096;

  /** log2 of the sizes per doubling: wastes an eighth at most, and lets extents be reused. */
  private static final int STEPS_SHIFT = 3;

  private final Map<Long, List<Chunk>> unused = new HashMap<>();

  /** Returns the bytes of the slot that a huge request gets. */
  static long slotBytes(long bytes) {
    long step = Math.max(SYSTEM_PAGE, Long.highestOneBit(bytes) >>> STEPS_SHIFT);
    return Math.max(SYSTEM_PAGE, (bytes + step - 1) & -step);
  }

  /**
   * Returns an unused chunk of {@code slotBytes} that is aligned so, of those the one used last; or
   * null.
   */
  @Nullable Chunk find(long slotBytes, long byteAlignment) {
    List<Chunk> fitting = unused.getOrDefault(slotBytes, List.of());
    for (int i = fitting.size() - 1; i >= 0; i--) {
      Chunk chunk = fitting.get(i);
      if ((chunk.extent.address() & (byteAlignment - 1)) == 0) {
        return chunk;
      }
    }
    return null;
  }

  /** Puts {@code chunk}, in which no block stands, in. */
  void add(Chunk chunk) {
    unused.computeIfAbsent(chunk.extent.bytes(), _ -> new ArrayList<>()).add(chunk);
  }

  /** Takes {@code chunk} out, if it is in. Its place is kept: to put it back needs no Java heap. */
  void remove(Chunk chunk) {
    unused.getOrDefault(chunk.extent.bytes(), List.of()).remove(chunk);
  }
}
