package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import org.jspecify.annotations.Nullable;

/** Tells listeners of arenas that took long to close. Not to be called in a hold or a lock. */
final class SlowArenaCloses {

  private final Engine engine;

  SlowArenaCloses(Engine engine) {
    this.engine = engine;
  }

  /**
   * Notes that the close of one arena is done, which began at {@code start}.
   *
   * @param first the page of a block that is not among {@code blocks}, or null
   */
  void note(
      BudgetNode budget,
      String kind,
      @Nullable Page first,
      @Nullable ArenaBlock blocks,
      long start) {
    long nanos = System.nanoTime() - start;
    if (nanos >= ArenaClose.LEAST_NANOS) {
      try {
        long count = first == null ? 0 : 1;
        long bytes = first == null ? 0 : first.slotBytes;
        for (ArenaBlock block = blocks; block != null; block = block.next) {
          count++;
          bytes += block.page.slotBytes;
        }
        ArenaClose close = new ArenaClose(budget.path(), kind, count, bytes, nanos);
        engine.listeners().tell(listener -> listener.onArenaClose(close));
      } catch (OutOfMemoryError | StackOverflowError e) {
        // They miss it; the arena is closed.
      }
    }
  }

  /** Notes that {@code batch} is closed. Listeners are told later: the clock may have closed it. */
  void note(BudgetNode budget, DeferredBatch batch, long start) {
    long nanos = System.nanoTime() - start;
    if (nanos >= ArenaClose.LEAST_NANOS) {
      try {
        ArenaClose close =
            new ArenaClose(
                budget.path(), "deferred", batch.waitingBlocks, batch.waitingBytes, nanos);
        engine.news().add(listener -> listener.onArenaClose(close));
      } catch (OutOfMemoryError | StackOverflowError e) {
        // They miss it; the arenas are closed.
      }
    }
  }
}
