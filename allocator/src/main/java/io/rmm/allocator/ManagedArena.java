package io.rmm.allocator;

import io.rmm.allocator.heap.StackRoom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An arena over blocks of a budget. An arena of the JDK gives the segments their scope, and with it
 * everything that the contract says of threads and of life and death: it is closed first, and if
 * that fails, because the thread is wrong or the arena is in use, nothing has happened. Only then
 * do the blocks go back.
 *
 * <p>Where segments may not be given another scope (see {@code PageSource.canChangeScope}), the
 * JDK's arena provides the memory too, and the block is its account.
 */
final class ManagedArena implements Arena {

  private final BudgetNode budget;
  private final Arena scope;
  private final List<Block> blocks = new ArrayList<>();

  ManagedArena(BudgetNode budget, Arena scope) {
    budget.engine().checkOpen();
    this.budget = budget;
    this.scope = scope;
    budget.engine().arenaOpened();
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    StackRoom.check();
    if (byteSize < 0) {
      throw new IllegalArgumentException("a segment must have 0 or more bytes, not " + byteSize);
    }
    boolean rescoped = budget.engine().source().canChangeScope();
    Block block =
        rescoped
            ? budget.allocate(byteSize, byteAlignment)
            : budget.allocateIn(scope, byteSize, byteAlignment);
    try {
      MemorySegment segment = block.segment();
      if (rescoped) {
        segment = budget.engine().source().inScope(segment.fill((byte) 0), scope);
      }
      remember(block);
      return segment;
    } catch (Throwable e) {
      block.close();
      throw e;
    }
  }

  private synchronized void remember(Block block) {
    if (!scope.scope().isAlive()) {
      throw new IllegalStateException("Already closed");
    }
    blocks.add(block);
  }

  @Override
  public MemorySegment.Scope scope() {
    return scope.scope();
  }

  @Override
  public synchronized void close() {
    StackRoom.check();
    scope.close();
    budget.engine().arenaClosed();
    try {
      blocks.forEach(Block::close);
    } catch (IllegalStateException e) {
      // The manager was closed before, and all blocks died with it. The handles are nobody else's,
      // so nothing else can be wrong with them.
      if (!budget.engine().isClosed()) {
        throw e;
      }
    }
    blocks.clear();
  }
}
