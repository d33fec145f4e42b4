package io.rmm.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The JDK's own way to a block that can be freed: an arena for each.
 *
 * <p>Blocks of a confined arena can be used and freed only by the thread that allocated them.
 */
final class ArenaPeer extends Peer {

  /** Below malloc's 16, so that the JDK does not allocate more to align by itself. */
  private static final long ALIGNMENT = 8;

  private final boolean shared;

  ArenaPeer(boolean shared) {
    this.shared = shared;
  }

  @Override
  public long pair(int size) {
    try (Arena arena = shared ? Arena.ofShared() : Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(size, ALIGNMENT);
      segment.set(ValueLayout.JAVA_LONG, 0, 42);
      return segment.address();
    }
  }

  @Override
  public Blocks blocks(int length) {
    return new Segments(shared, length);
  }

  /** Both are needed: the arena to free, the segment to use. */
  record Owned(Arena arena, MemorySegment segment) {}

  private static final class Segments extends HandleBlocks<Owned> {

    private final boolean shared;

    Segments(boolean shared, int length) {
      super(length);
      this.shared = shared;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // Closed by free.
    Owned allocate(int size) {
      Arena arena = shared ? Arena.ofShared() : Arena.ofConfined();
      return new Owned(arena, arena.allocate(size, ALIGNMENT));
    }

    @Override
    void free(Owned block) {
      block.arena.close();
    }

    @Override
    void putLong(Owned block, int offset, long value) {
      block.segment.set(ValueLayout.JAVA_LONG, offset, value);
    }

    @Override
    long getLong(Owned block, int offset) {
      return block.segment.get(ValueLayout.JAVA_LONG, offset);
    }

    @Override
    void put(Owned block, int offset, byte value) {
      block.segment.set(ValueLayout.JAVA_BYTE, offset, value);
    }

    @Override
    byte get(Owned block, int offset) {
      return block.segment.get(ValueLayout.JAVA_BYTE, offset);
    }

    @Override
    MemorySegment segment(Owned block) {
      return block.segment;
    }
  }
}
