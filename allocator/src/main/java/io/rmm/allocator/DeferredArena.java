package io.rmm.allocator;

import io.rmm.allocator.heap.StackRoom;

/** An arena whose segments die with those of others; see {@link Budget#openDeferredArena()}. */
final class DeferredArena extends ConcurrentArena {

  private final DeferredBatch batch;

  private DeferredArena(BudgetNode budget, DeferredBatch batch) {
    super(budget, batch.scope, null);
    this.batch = batch;
  }

  static DeferredArena open(BudgetNode budget) {
    StackRoom.checkForFewCalls();
    budget.engine().checkOpen();
    DeferredBatch batch = budget.deferredBatches().join();
    try {
      DeferredArena arena = new DeferredArena(budget, batch);
      budget.arenaCounters().countOpened();
      return arena;
    } catch (Throwable e) {
      budget.deferredBatches().leave(batch, null, 0);
      throw e;
    }
  }

  @Override
  public void close() {
    StackRoom.checkForFewCalls();
    synchronized (this) {
      refuseAllocations();
    }
    try {
      boolean _ = budget.arenaCounters().countClosed();
    } finally {
      budget.deferredBatches().leave(batch, blocks, requestedBytes);
    }
  }
}
