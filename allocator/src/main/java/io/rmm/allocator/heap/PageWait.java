package io.rmm.allocator.heap;

import io.rmm.allocator.SlowAllocation;

/**
 * How long the last page took that a heap was given, and what most of that time was waited for.
 * Belongs to the holder of the heap.
 *
 * <p>Two looks at the clock for each page, some 50 ns beside the microsecond that a page takes; a
 * third where the lock was held by somebody else.
 */
public final class PageWait {

  private long start;
  private long lockNanos;
  private long systemNanos;
  private long pressureNanos;
  private long nanos;

  void begin() {
    start = System.nanoTime();
    lockNanos = 0;
    systemNanos = 0;
    pressureNanos = 0;
  }

  /** Notes that the pool's lock was held by somebody else, up to now. */
  void noteLock() {
    lockNanos = System.nanoTime() - start;
  }

  /** Notes what {@code memory} has done by now. Under the pool's lock, before it does more. */
  void noteBefore(ChunkMemory memory) {
    systemNanos = -memory.mapNanos;
    pressureNanos = -memory.pressureNanos;
  }

  /** Notes what {@code memory} has done since. */
  void noteAfter(ChunkMemory memory) {
    systemNanos += memory.mapNanos;
    pressureNanos += memory.pressureNanos;
  }

  void end() {
    nanos = System.nanoTime() - start;
  }

  /** Returns how long the last page took, and forgets it; 0 if there was none since. */
  public long takeNanos() {
    long taken = nanos;
    nanos = 0;
    return taken;
  }

  /** Returns what took the largest part of it. */
  public SlowAllocation.Cause cause() {
    long rest = System.nanoTime() - start - lockNanos - systemNanos - pressureNanos;
    if (lockNanos >= Math.max(rest, Math.max(systemNanos, pressureNanos))) {
      return SlowAllocation.Cause.LOCK;
    }
    if (pressureNanos >= Math.max(rest, systemNanos)) {
      return SlowAllocation.Cause.BUDGET;
    }
    return systemNanos >= rest ? SlowAllocation.Cause.SYSTEM : SlowAllocation.Cause.CHUNK;
  }
}
