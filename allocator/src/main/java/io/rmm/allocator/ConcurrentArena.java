package io.rmm.allocator;

import io.rmm.allocator.heap.StackRoom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An arena that every thread may use.
 *
 * <p>Its monitor guards the region and the list of blocks. Blocks are taken outside of it, because
 * that may call listeners, and added if the arena is still open by then. A monitor and not a lock,
 * because the JVM releases it whatever happens, at the end of the stack too.
 */
abstract class ConcurrentArena extends ManagedArena {

  /** The one thread that may use this arena, or null. */
  private final @Nullable Thread owner;

  private boolean closed;

  ConcurrentArena(BudgetNode budget, Arena scope, @Nullable Thread owner) {
    super(budget, scope);
    this.owner = owner;
  }

  @Override
  public final MemorySegment allocate(long byteSize, long byteAlignment) {
    checkArguments(byteSize, byteAlignment);
    if (owner != null && owner != Thread.currentThread()) {
      throw wrongThread();
    }
    boolean scopeProvides = !budget.engine().source().canChangeScope();
    MemorySegment segment = null;
    long regionBytes;
    synchronized (this) {
      checkOpen();
      budget.engine().checkOpen();
      long address = scopeProvides ? 0 : place(byteSize, byteAlignment);
      if (address != 0) {
        segment = segment(address, byteSize);
        budget.arenaCounters().countRequested(byteSize);
        requestedBytes += byteSize;
      }
      regionBytes = limit - start;
    }
    if (segment != null) {
      return segment;
    }
    StackRoom.checkForFewCalls();
    ArenaBlock block =
        budget
            .arenaAllocator()
            .takeFor(byteSize, byteAlignment, regionBytes, 0, scopeProvides ? scope : null);
    try {
      return add(block, byteSize, byteAlignment, scopeProvides);
    } catch (Throwable e) {
      budget.arenaReclaimer().free(block, byteSize);
      throw e;
    }
  }

  private synchronized MemorySegment add(
      ArenaBlock block, long byteSize, long byteAlignment, boolean scopeProvides) {
    checkOpen();
    MemorySegment segment =
        scopeProvides
            ? block.page.segment(block.slot, byteSize)
            : segment((block.address + byteAlignment - 1) & -byteAlignment, byteSize);
    if (block.limit != 0) {
      // What another thread has begun meanwhile, and what is left of it, is lost to this arena.
      start = block.address;
      limit = block.limit;
      next = granuleAfter(segment.address() + Math.max(1, byteSize));
    }
    block.next = blocks;
    blocks = block;
    requestedBytes += byteSize;
    return segment;
  }

  /** Tells whether one thread alone may use this arena. */
  final boolean isConfined() {
    return owner != null;
  }

  private void checkOpen() {
    if (closed) {
      throw alreadyClosed();
    }
  }

  /** Refuses allocations from now on. Under the monitor. */
  final void refuseAllocations() {
    checkOpen();
    closed = true;
    endRegion();
  }
}
