package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.heap.Tally;
import org.jspecify.annotations.Nullable;

/**
 * Frees the blocks of one budget's arenas once their scope is closed.
 *
 * <p>What {@link Block#close} does for handles, less what only handles need. No two threads can
 * free the same block, since an arena is closed once: so a free is a plain comparison within a
 * hold, whoever frees. Nobody else writes the id of an arena's block but the manager's close, which
 * does so while all heaps are stopped. And all blocks of an arena are freed in one hold.
 *
 * <p><b>Nothing is lost.</b> A close whose scope is closed cannot be refused any more, and cannot
 * be asked for again. So lists of blocks are queued here first and freed from the queue: what fails
 * of that for want of stack or of room in the Java heap, the clock goes on with. What was freed by
 * then is known by its id; only the slot that was at hand when the stack ended may be lost.
 */
final class ArenaReclaimer {

  private final BudgetNode budget;
  private final Engine engine;
  private final Heaps heaps;
  private final ArenaCounters counters;

  /** Lists of blocks that are still to be freed. Guarded by this object. */
  private @Nullable ArenaBlock leftOver;

  /**
   * Confined arenas whose close was cut short. Guarded by this object, and not private: who finds
   * that there is no room for calls adds to it without one.
   */
  @Nullable ConfinedArena cutShort;

  ArenaReclaimer(BudgetNode budget, ArenaCounters counters) {
    this.budget = budget;
    this.engine = budget.engine();
    this.heaps = engine.heaps();
    this.counters = counters;
  }

  /**
   * Counts the close of an arena, and frees its blocks. What fails of that for want of room in the
   * Java heap, the clock does: it is no failure of the close.
   */
  void close(@Nullable ArenaBlock blocks, long requestedBytes) {
    if (blocks == null) {
      boolean _ = counters.countClosed();
    } else {
      blocks.arenasClosed = 1;
      free(blocks, requestedBytes);
    }
  }

  /**
   * Frees {@code blocks}, for which {@code requestedBytes} were counted. If that fails for want of
   * stack or of room in the Java heap, the clock does it.
   */
  void free(ArenaBlock blocks, long requestedBytes) {
    blocks.requestedBytes = requestedBytes;
    leaveOver(blocks);
    freeLeftOver();
  }

  // ---- the queue ----

  /**
   * Takes lists of blocks that {@link ArenaBlock#nextList} strings together, to be freed by {@link
   * #freeLeftOver}. Either all of them are taken or, if the stack has no room for this call, none.
   */
  synchronized void leaveOver(ArenaBlock lists) {
    ArenaBlock last = lists;
    while (last.nextList != null) {
      last = last.nextList;
    }
    last.nextList = leftOver;
    leftOver = lists;
  }

  /** Does what was left over, until the Java heap or the stack has no room for that. */
  void doLeftOver() {
    counters.countLeftOver();
    while (queueCutShort()) {
      // One after the other.
    }
    freeLeftOver();
  }

  /**
   * Queues what a confined arena has left to be freed; returns false if there is none, or no room.
   */
  private boolean queueCutShort() {
    ConfinedArena arena;
    synchronized (this) {
      arena = cutShort;
      if (arena == null) {
        return false;
      }
      cutShort = arena.nextCutShort;
    }
    try {
      ArenaBlock rest = arena.rest();
      if (rest != null) {
        leaveOver(rest);
      } else if (!arena.closeCounted) {
        boolean _ = counters.countClosed();
      }
      return true;
    } catch (OutOfMemoryError e) {
      synchronized (this) {
        arena.nextCutShort = cutShort;
        cutShort = arena;
      }
      return false;
    }
  }

  /** Frees what was left over. */
  void freeLeftOver() {
    boolean more = true;
    while (more) {
      more = freeNextList();
    }
  }

  /**
   * Frees the list that was left over last. Returns false if there is none, or no room to free it.
   *
   * <p>Who catches an error that there is no room for calls makes none before the list is safe.
   */
  private boolean freeNextList() {
    ArenaBlock list = null;
    try {
      synchronized (this) {
        list = leftOver;
        if (list == null) {
          return false;
        }
        leftOver = list.nextList;
        list.nextList = null;
      }
      if (needsLock(list)) {
        StackRoom.check();
      }
      freeAndLeave(heaps.enterToFree(list.page, budget), list);
      return true;
    } catch (OutOfMemoryError | StackOverflowError e) {
      if (list != null) {
        synchronized (this) {
          list.nextList = leftOver;
          leftOver = list;
        }
      }
      if (e instanceof StackOverflowError overflow) {
        heaps.abandon();
        throw overflow;
      }
      return false;
    } catch (IllegalStateException e) {
      counters.countClosedLate(e, list == null ? 0 : list.arenasClosed);
      return true;
    }
  }

  /** Tells whether a block goes to the pool, which has a lock. */
  private static boolean needsLock(ArenaBlock blocks) {
    for (ArenaBlock block = blocks; block != null; block = block.next) {
      if (block.page.isHuge()) {
        return true;
      }
    }
    return false;
  }

  // ---- within a hold ----

  /**
   * Frees {@code blocks} and ends the hold. Whoever catches that the stack has ended amid that sees
   * to it that the list is freed once more.
   */
  void freeAndLeave(BudgetCell cell, ArenaBlock blocks) {
    counters.countReturned(cell, blocks.requestedBytes);
    blocks.requestedBytes = 0;
    if (blocks.arenasClosed != 0) {
      cell.countArenaClosed();
      blocks.arenasClosed = 0;
    }
    for (ArenaBlock block = blocks; block != null; block = block.next) {
      giveBack(cell, block.page, block.slot, block.id);
    }
    cell.heap.leave();
    for (ArenaBlock block = blocks; block != null; block = block.next) {
      if (block.token != null) {
        engine.observer().freed(block.token, FreeCause.ARENA);
      }
    }
  }

  /** Frees a block, unless it was freed before or died with its manager. */
  void giveBack(BudgetCell cell, Page page, int slot, long id) {
    if (page.ids[slot] == id) {
      Tally tally = cell.tally(page.sizeClass);
      if (page.endCanaryDamage(slot) != 0) {
        engine.strayWrites().note(page, slot);
      }
      page.ids[slot] = ~id;
      budget.frees().countFree(tally, page, 0);
      cell.heap.giveBack(page, slot);
    }
  }

  // ---- an arena that was not opened after all ----

  /**
   * Undoes the opening of an arena, whose first block is in {@code page} if that is not null. Where
   * there is no room to count that, the clock does; the slot is then lost.
   */
  void undoOpen(@Nullable Page page, int slot, long id) {
    boolean counted = false;
    try {
      // With the heap that the slot is from, if it can be had: there nothing has to be made for it.
      BudgetCell cell = page == null ? heaps.enter(budget) : heaps.enterToFree(page, budget);
      cell.countArenaClosed();
      counted = true;
      if (page != null) {
        giveBack(cell, page, slot, id);
      }
      cell.heap.leave();
    } catch (OutOfMemoryError | StackOverflowError e) {
      if (!counted) {
        synchronized (counters) {
          counters.uncounted++;
        }
      }
      if (e instanceof StackOverflowError) {
        heaps.abandon();
      }
    }
  }
}
