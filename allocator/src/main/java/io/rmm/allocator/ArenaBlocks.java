package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.CommitRefused;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.StackRoom;
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

  /** What an alignment skips of the address space is lost; so not more than is reserved at once. */
  private static final long MAX_ALIGNMENT = 64L << 30;

  private final BudgetNode budget;
  private final Engine engine;
  private final Heaps heaps;

  /** Lists of blocks that are still to be freed. Guarded by this object. */
  @Nullable ArenaBlock leftOver;

  /** Arenas without a block whose close is still to be counted. Guarded by this object. */
  private int uncounted;

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
    checkNotAbsurd(byteSize, byteAlignment);
    if (scope != null) {
      return take(byteSize, byteSize, SizeClasses.HUGE, byteAlignment, scope);
    }
    if (ArenaRegions.isShared(byteSize, byteAlignment)) {
      int needed = ArenaRegions.needed(byteSize, byteAlignment);
      int bytes = ArenaRegions.next(needed, regionBytes, demand);
      if (bytes > needed && (budget.refuser(bytes) != null || lacksMemory(bytes))) {
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

  /**
   * Refuses what no machine can give as a want of memory, as the JDK's arenas do: the contract of
   * an arena calls no size and no power of two a wrong argument.
   */
  private static void checkNotAbsurd(long byteSize, long byteAlignment) {
    if (byteSize > SizeClasses.MAX_BYTE_SIZE || byteAlignment > MAX_ALIGNMENT) {
      throw new OutOfMemoryError(
          "there is no memory for a segment of "
              + byteSize
              + " bytes with an alignment of "
              + byteAlignment);
    }
  }

  /**
   * Tells whether the root's commit limit has no room for another page of such regions. If it has,
   * a slot is at hand thereafter.
   */
  private boolean lacksMemory(int regionBytes) {
    if (!engine.budgets().root().isLimited()) {
      return false;
    }
    try {
      BudgetCell cell = heaps.enter(budget);
      Tally tally = cell.tally(SizeClasses.of(regionBytes));
      try {
        tally.bin.refill();
        return false;
      } catch (CommitRefused | OutOfMemoryError e) {
        return true;
      } finally {
        cell.heap.leave();
      }
    } catch (StackOverflowError e) {
      heaps.abandon();
      throw e;
    }
  }

  private void zero(ArenaBlock block, long bytes, long requestedBytes) {
    if (!block.zero) {
      try {
        if (bytes <= Zeroing.MOST_IN_HOLD) {
          zeroInHold(block.address, bytes);
        } else {
          Zeroing.zero(block.address, bytes);
        }
      } catch (Throwable e) {
        // The manager has been closed meanwhile, and the memory with it.
        free(block, requestedBytes);
        throw e;
      }
    }
  }

  /** Zeroes a slot within the hold that it was taken in, or gives it back and ends the hold. */
  void zeroInHold(BudgetCell cell, Page page, int slot, long id) {
    try {
      Zeroing.zero(page.address(slot), page.slotBytes);
    } catch (OutOfMemoryError e) {
      // Linking the C library's function has found no room in the Java heap.
      giveBack(cell, page, slot, id);
      cell.heap.leave();
      throw e;
    }
  }

  private void zeroInHold(long address, long bytes) {
    BudgetCell cell = heaps.enter(budget);
    try {
      cell.heap.checkOpen();
      Zeroing.zero(address, bytes);
    } finally {
      cell.heap.leave();
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

  /**
   * Counts the close of an arena, and frees its blocks. What fails of that for want of room in the
   * Java heap, the clock does: it is no failure of the close.
   */
  void close(@Nullable ArenaBlock blocks, long requestedBytes) {
    if (blocks == null) {
      countClosed();
    } else {
      blocks.arenasClosed = 1;
      free(blocks, requestedBytes);
    }
  }

  /** Counts one arena as closed; returns false if there is no room for that now. */
  private boolean countClosed() {
    try {
      BudgetCell cell = heaps.enter(budget);
      cell.countArenaClosed();
      cell.heap.leave();
    } catch (OutOfMemoryError e) {
      synchronized (this) {
        uncounted++;
      }
      return false;
    } catch (StackOverflowError e) {
      synchronized (this) {
        uncounted++;
      }
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
  private void countClosedLate(IllegalStateException refusal, int arenas) {
    if (!engine.isClosed()) {
      throw refusal;
    }
    engine.countArenasClosedLate(arenas);
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
    boolean more = true;
    while (more) {
      synchronized (this) {
        more = uncounted > 0;
        uncounted -= more ? 1 : 0;
      }
      more = more && countClosed();
    }
    freeLeftOver();
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
      countClosedLate(e, list == null ? 0 : list.arenasClosed);
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

  /**
   * Frees {@code blocks} and ends the hold. Whoever catches that the stack has ended amid that sees
   * to it that the list is freed once more: what was freed already is known by its id. Only the
   * slot at hand may be lost.
   */
  void freeAndLeave(BudgetCell cell, ArenaBlock blocks) {
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
}
