package io.rmm.allocator;

import io.rmm.allocator.heap.StackRoom;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** An arena whose close is synchronous: when it returns, no access can succeed any more. */
final class SharedArena extends ConcurrentArena {

  private SharedArena(BudgetNode budget, Arena scope, @Nullable Thread owner) {
    super(budget, scope, owner);
    budget.engine().checkOpen();
    budget.arenaCounters().countOpened();
  }

  @SuppressWarnings("MustBeClosedChecker") // close() does
  static SharedArena open(BudgetNode budget) {
    return new SharedArena(budget, Arena.ofShared(), null);
  }

  /** Opens one for the calling thread alone, as is needed where the scope provides the memory. */
  @SuppressWarnings("MustBeClosedChecker") // close() does
  static SharedArena openConfined(BudgetNode budget) {
    return new SharedArena(budget, Arena.ofConfined(), Thread.currentThread());
  }

  /**
   * Needs room for the close of the scope alone. What comes after it may fail, and is then gone on
   * with by the clock.
   */
  @Override
  public void close() {
    StackRoom.checkForFewCalls();
    long start = System.nanoTime();
    synchronized (this) {
      scope.close();
      refuseAllocations();
    }
    budget.arenaReclaimer().close(blocks, requestedBytes);
    String kind = isConfined() ? "confined" : "shared";
    budget.engine().slowArenaCloses().note(budget, kind, null, blocks, start);
  }
}
