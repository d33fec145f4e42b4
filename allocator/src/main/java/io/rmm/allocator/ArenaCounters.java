package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Heaps;

/**
 * Counts the arenas of one budget, and what is asked for in them.
 *
 * <p>An arena counts what was asked for in all its blocks in one sum, and takes it back at its end.
 *
 * <p>If the stack ends in here, what was counted by then is what the caller is told: a count that
 * was made before the error is no failure. Only the close of an arena cannot be refused any more;
 * if there is no room to count it, the clock does.
 */
final class ArenaCounters {

  private final BudgetNode budget;
  private final Engine engine;
  private final Heaps heaps;

  /**
   * Arenas whose close is still to be counted. Guarded by this object, and not private: who finds
   * that there is no room for calls adds to it without one.
   */
  int uncounted;

  ArenaCounters(BudgetNode budget) {
    this.budget = budget;
    this.engine = budget.engine();
    this.heaps = engine.heaps();
  }

  /** Counts the opening of an arena. */
  void countOpened() {
    boolean counted = false;
    try {
      BudgetCell cell = heaps.enter(budget);
      cell.countArenaOpened();
      counted = true;
      cell.heap.leave();
    } catch (StackOverflowError e) {
      heaps.abandon();
      if (!counted) {
        throw e;
      }
    }
  }

  /** Counts bytes that were asked for in a block that was taken before. */
  void countRequested(long byteSize) {
    boolean counted = false;
    try {
      BudgetCell cell = heaps.enter(budget);
      cell.countRequested(byteSize);
      counted = true;
      cell.heap.leave();
    } catch (StackOverflowError e) {
      heaps.abandon();
      if (!counted) {
        throw e;
      }
    }
  }

  /** Takes back what was counted as requested, unless it died with the manager. In the hold. */
  void countReturned(BudgetCell cell, long requestedBytes) {
    if (!engine.isClosed()) {
      cell.countRequested(-requestedBytes);
    }
  }

  /** Counts one arena as closed; returns false if the Java heap has no room for that now. */
  boolean countClosed() {
    boolean counted = false;
    try {
      BudgetCell cell = heaps.enter(budget);
      cell.countArenaClosed();
      counted = true;
      cell.heap.leave();
    } catch (OutOfMemoryError e) {
      synchronized (this) {
        uncounted++;
      }
      return false;
    } catch (StackOverflowError e) {
      if (!counted) {
        synchronized (this) {
          uncounted++;
        }
      }
      heaps.abandon();
      throw e;
    } catch (IllegalStateException e) {
      countClosedLate(e, 1);
    }
    return true;
  }

  /**
   * A manager that is closed makes no heap for a thread that has none. All blocks died with it, so
   * that there is nothing to be done but to count.
   */
  void countClosedLate(IllegalStateException refusal, int arenas) {
    if (!engine.isClosed()) {
      throw refusal;
    }
    engine.countArenasClosedLate(arenas);
  }

  /** Counts what is still to be counted, until there is no room for that. */
  void countLeftOver() {
    boolean more = true;
    while (more) {
      synchronized (this) {
        more = uncounted > 0;
        uncounted -= more ? 1 : 0;
      }
      more = more && countClosed();
    }
  }
}
