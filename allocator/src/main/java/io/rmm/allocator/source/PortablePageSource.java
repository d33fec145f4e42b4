package io.rmm.allocator.source;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Extents from the JDK, one shared arena each: for systems other than Linux, and for processes that
 * deny native access.
 *
 * <p>The JDK zeroes an arena's memory and so makes it resident at once, and gives it back only as a
 * whole; hence such a manager holds more memory than one on the Linux source, and a stale view is
 * refused by the JDK itself once the extent is retired. Closing costs a handshake with all threads,
 * 10 to 75 us, which an idle chunk of 2 MiB is worth.
 */
public final class PortablePageSource implements PageSource {

  /** Makes the source. */
  public PortablePageSource() {}

  @Override
  public String name() {
    return "portable";
  }

  @Override
  public boolean isLazy() {
    return false;
  }

  @Override
  public boolean canChangeScope() {
    return false;
  }

  @Override
  public MemorySegment inScope(MemorySegment segment, Arena arena) {
    throw new UnsupportedOperationException("changing a segment's scope needs native access");
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // the extent closes it
  public Extent map(long bytes, long alignment) {
    Arena arena = Arena.ofShared();
    try {
      return new ArenaExtent(arena, arena.allocate(bytes, alignment));
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  private static final class ArenaExtent implements Extent {

    private final Arena arena;
    private final MemorySegment memory;

    ArenaExtent(Arena arena, MemorySegment memory) {
      this.arena = arena;
      this.memory = memory;
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public boolean isUnscoped() {
      return false;
    }

    @Override
    public void discard(long offset, long bytes) {
      throw new UnsupportedOperationException("an arena's memory goes back only as a whole");
    }

    @Override
    public void retire() {
      arena.close();
    }
  }
}
