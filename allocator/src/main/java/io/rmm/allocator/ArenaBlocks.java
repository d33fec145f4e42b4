package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.Tally;
import io.rmm.allocator.observe.Token;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Takes blocks of one budget for its arenas, and frees them.
 *
 * <p>What {@link BudgetNode} and {@link Block} do for handles, less what only handles need. No two
 * threads can free the same block, since an arena is closed once: so a free is a plain comparison
 * within a hold, whoever frees. Nobody else writes the id of an arena's block but the manager's
 * close, which does so while all heaps are stopped. And all blocks of an arena are freed in one
 * hold.
 *
 * <p>An arena counts what was asked for in all its blocks in one sum, and takes it back at its end.
 *
 * <p>No method gets to see the arena. The JIT does without an arena that does not escape only if
 * the arena is passed to no method that it does not inline, as these may be.
 */
final class ArenaBlocks {

  private final BudgetNode budget;
  private final Engine engine;
  private final Heaps heaps;

  /**
   * Lists of blocks whose free was cut short, for the clock to go on with. Guarded by this object.
   */
  private @Nullable ArenaBlock leftOver;

  ArenaBlocks(BudgetNode budget) {
    this.budget = budget;
    this.engine = budget.engine();
    this.heaps = engine.heaps();
  }

  // ---- taking ----

  /**
   * Takes a zeroed block for a segment that an arena's region has no room for: a new region, or a
   * block of the segment's own.
   *
   * @param regionBytes the size of the region without room, or 0
   * @param demand what the arena is expected to need in regions, or 0
   * @param scope the arena's scope, where that provides the memory too; otherwise null
   */
  ArenaBlock takeFor(
      long byteSize, long byteAlignment, long regionBytes, int demand, @Nullable Arena scope) {
    BudgetNode.checkAlignment(byteAlignment);
    if (scope != null) {
      return take(byteSize, byteSize, SizeClasses.HUGE, byteAlignment, scope);
    }
    if (ArenaRegions.isShared(byteSize, byteAlignment)) {
      int needed = ArenaRegions.needed(byteSize, byteAlignment);
      int bytes = ArenaRegions.next(needed, regionBytes, demand);
      if (budget.refuser(bytes) != null) {
        bytes = needed;
      }
      int sizeClass = SizeClasses.of(bytes);
      ArenaBlock block = take(byteSize, bytes, sizeClass, SizeClasses.GRANULE, null);
      block.limit = block.address + block.page.slotBytes;
      zero(block, block.page.slotBytes, byteSize);
      return block;
    }
    int sizeClass = SizeClasses.aligned(byteSize, byteAlignment);
    ArenaBlock block = take(byteSize, byteSize, sizeClass, byteAlignment, null);
    zero(block, byteSize, byteSize);
    return block;
  }

  private void zero(ArenaBlock block, long bytes, long requestedBytes) {
    if (!block.zero) {
      try {
        Zeroing.zero(block.address, bytes);
      } catch (Throwable e) {
        // The manager may have been closed meanwhile, and the memory with it.
        free(block, requestedBytes);
        throw e;
      }
    }
  }

  private ArenaBlock take(
      long requestedBytes,
      long blockBytes,
      int sizeClass,
      long byteAlignment,
      @Nullable Arena arena) {
    try {
      BudgetCell cell = heaps.enter(budget);
      Tally tally = cell.tally(sizeClass);
      boolean fast = tally.bin.hasSlot();
      if (!fast) {
        cell = budget.refill(cell, blockBytes, sizeClass, byteAlignment, arena);
        tally = cell.tally(sizeClass);
      }
      int slot = tally.bin.take();
      Page page = tally.bin.page();
      BudgetAccount refuser = budget.charge(page.slotBytes);
      if (refuser != null) {
        budget.endRefusal(cell.heap, page, slot, blockBytes, refuser);
        return take(requestedBytes, blockBytes, sizeClass, byteAlignment, arena);
      }
      ArenaBlock block = newBlock(cell, page, slot);
      long id = tally.countAllocation(requestedBytes);
      block.id = id;
      page.ids[slot] = id;
      long weight = weight(tally, id, page);
      cell.heap.leave();
      if (weight != 0) {
        block.token = observe(id, requestedBytes, page.slotBytes, weight, fast);
      }
      return block;
    } catch (StackOverflowError e) {
      heaps.abandon();
      throw e;
    }
  }

  /** Makes the record of a slot that was charged, or gives the slot back and ends the hold. */
  private ArenaBlock newBlock(BudgetCell cell, Page page, int slot) {
    try {
      return new ArenaBlock(page, slot);
    } catch (OutOfMemoryError e) {
      budget.refund(page.slotBytes);
      cell.heap.giveBack(page, slot);
      cell.heap.leave();
      throw e;
    }
  }

  /** Charges the budget for a slot that was just taken, or else gives it back. In the hold. */
  boolean charge(BudgetCell cell, Page page, int slot) {
    if (budget.charge(page.slotBytes) == null) {
      return true;
    }
    cell.heap.giveBack(page, slot);
    return false;
  }

  /** Returns the weight with which the block {@code id} is to be observed, or 0. In the hold. */
  long weight(Tally tally, long id, Page page) {
    return tally.isObservationDue(id) ? engine.sampler().endCountdown(tally, page.slotBytes) : 0;
  }

  /** Begins to follow the block {@code id}. Outside the hold. */
  @Nullable Token observe(long id, long requestedBytes, long slotBytes, long weight, boolean fast) {
    return engine.observer().allocated(id, budget.path(), requestedBytes, slotBytes, weight, fast);
  }

  // ---- counting ----

  /** Counts the opening of an arena. */
  void countOpened() {
    BudgetCell cell = heaps.enter(budget);
    cell.countArenaOpened();
    cell.heap.leave();
  }

  /** Counts bytes that were asked for in a block that was taken before. */
  void countRequested(long byteSize) {
    BudgetCell cell = heaps.enter(budget);
    cell.countRequested(byteSize);
    cell.heap.leave();
  }

  /** Takes back what {@link #countRequested} counted, unless it died with the manager. */
  void countReturned(BudgetCell cell, long requestedBytes) {
    if (!engine.isClosed()) {
      cell.countRequested(-requestedBytes);
    }
  }

  // ---- freeing; the scope is closed ----

  /** Counts the close of an arena, and frees its blocks. */
  void close(@Nullable ArenaBlock blocks, long requestedBytes) {
    if (blocks != null) {
      blocks.arenasClosed = 1;
      free(blocks, requestedBytes);
      return;
    }
    try {
      BudgetCell cell = heaps.enter(budget);
      cell.countArenaClosed();
      cell.heap.leave();
    } catch (IllegalStateException e) {
      ignoreIfClosed(e);
    }
  }

  /**
   * Frees {@code blocks}, for which {@code requestedBytes} were counted. If that fails for want of
   * stack or of room in the Java heap, the clock does it.
   */
  void free(ArenaBlock blocks, long requestedBytes) {
    blocks.requestedBytes = requestedBytes;
    BudgetCell cell;
    try {
      cell = heaps.enterToFree(blocks.page, budget);
    } catch (OutOfMemoryError | StackOverflowError e) {
      // Without a call, for which there may be no room.
      synchronized (this) {
        blocks.nextList = leftOver;
        leftOver = blocks;
      }
      throw e;
    } catch (IllegalStateException e) {
      ignoreIfClosed(e);
      return;
    }
    free(cell, blocks);
  }

  /**
   * A manager that is closed makes no heap for a thread that has none. All blocks died with it, so
   * that there is nothing to be done.
   */
  private void ignoreIfClosed(IllegalStateException e) {
    if (!engine.isClosed()) {
      throw e;
    }
  }

  /** Frees a list whose sum stands in it; if the Java heap has no room, the clock does it later. */
  void freeOrLeaveOver(ArenaBlock list) {
    try {
      free(list, list.requestedBytes);
    } catch (OutOfMemoryError e) {
      // It is left over now. That is no failure of whoever happens to free it.
    }
  }

  /**
   * Frees {@code blocks} and ends the hold.
   *
   * <p>If the stack ends amid that, the clock goes through the list again: what was freed already
   * is known by its id. Only the slot at hand may be lost.
   */
  void free(BudgetCell cell, ArenaBlock blocks) {
    try {
      countReturned(cell, blocks.requestedBytes);
      blocks.requestedBytes = 0;
      if (blocks.arenasClosed != 0) {
        blocks.arenasClosed = 0;
        cell.countArenaClosed();
      }
      for (ArenaBlock block = blocks; block != null; block = block.next) {
        giveBack(cell, block.page, block.slot, block.id);
      }
      cell.heap.leave();
      for (ArenaBlock block = blocks; block != null; block = block.next) {
        if (block.token != null) {
          engine.observer().freed(block.token);
        }
      }
    } catch (StackOverflowError e) {
      synchronized (this) {
        blocks.nextList = leftOver;
        leftOver = blocks;
      }
      heaps.abandon();
      throw e;
    }
  }

  /** Frees a block, unless it was freed before or died with its manager. In the hold. */
  void giveBack(BudgetCell cell, Page page, int slot, long id) {
    if (page.ids[slot] == id) {
      Tally tally = cell.tally(page.sizeClass);
      page.ids[slot] = ~id;
      budget.countFree(tally, page, 0);
      cell.heap.giveBack(page, slot);
    }
  }

  /** Undoes the opening of an arena, whose first block is in {@code page} if that is not null. */
  void undoOpen(@Nullable Page page, int slot, long id) {
    BudgetCell cell = heaps.enter(budget);
    cell.countArenaClosed();
    if (page != null) {
      giveBack(cell, page, slot, id);
    }
    cell.heap.leave();
  }

  /** Frees what was left over. By the clock. */
  void freeLeftOver() {
    ArenaBlock list;
    synchronized (this) {
      list = leftOver;
      leftOver = null;
    }
    while (list != null) {
      ArenaBlock next = list.nextList;
      freeOrLeaveOver(list);
      list = next;
    }
  }
}
