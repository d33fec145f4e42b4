package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.CommitRefused;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.Tally;
import io.rmm.allocator.observe.Observer;
import io.rmm.allocator.observe.Token;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Takes zeroed blocks of one budget for its arenas.
 *
 * <p>What {@link BudgetNode} does for handles, less what only handles need.
 *
 * <p>No method gets to see the arena. The JIT does without an arena that does not escape only if
 * the arena is passed to no method that it does not inline, as these may be.
 */
final class ArenaAllocator {

  /** What an alignment skips of the address space is lost; so not more than is reserved at once. */
  private static final long MAX_ALIGNMENT = 64L << 30;

  private final BudgetNode budget;
  private final Engine engine;
  private final Heaps heaps;
  private final ArenaReclaimer reclaimer;

  ArenaAllocator(BudgetNode budget, ArenaReclaimer reclaimer) {
    this.budget = budget;
    this.engine = budget.engine();
    this.heaps = engine.heaps();
    this.reclaimer = reclaimer;
  }

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
    if (ArenaRegions.isSmall(byteSize, byteAlignment)) {
      int needed = ArenaRegions.needed(byteSize, byteAlignment);
      int bytes = ArenaRegions.next(needed, regionBytes, demand);
      if (bytes > needed && lacksRoom(bytes)) {
        bytes = needed;
      }
      int sizeClass = budget.sizeClass(bytes);
      ArenaBlock block = take(byteSize, bytes, sizeClass, SizeClasses.GRANULE, null);
      block.limit = block.address + block.page.usableBytes;
      zero(block, block.page.usableBytes, byteSize);
      return block;
    }
    int sizeClass = budget.sizeClass(byteSize, byteAlignment);
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

  private boolean lacksRoom(int regionBytes) {
    // Of the slot, which may be larger: a budget that has room for less of it would refuse it.
    long slotBytes = SizeClasses.slotBytes(budget.sizeClass(regionBytes));
    return budget.refuser(slotBytes) != null || lacksMemory(regionBytes);
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
      Tally tally = cell.tally(budget.sizeClass(regionBytes));
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
        reclaimer.free(block, requestedBytes);
        throw e;
      }
    }
  }

  /** Zeroes a slot within the hold that it was taken in, or gives it back and ends the hold. */
  void zeroInHold(BudgetCell cell, Page page, int slot, long id) {
    try {
      Zeroing.zero(page.address(slot), page.usableBytes);
    } catch (OutOfMemoryError e) {
      // Linking the C library's function has found no room in the Java heap.
      reclaimer.giveBack(cell, page, slot, id);
      cell.heap.leave();
      throw e;
    }
  }

  private void zeroInHold(long address, long bytes) {
    try {
      BudgetCell cell = heaps.enter(budget);
      try {
        cell.heap.checkOpen();
        Zeroing.zero(address, bytes);
      } finally {
        cell.heap.leave();
      }
    } catch (StackOverflowError e) {
      heaps.abandon();
      throw e;
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
        block.token = observe(id, requestedBytes, page, weight, fast);
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
      cell.heap.takeBack(page, slot);
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
  @Nullable Token observe(long id, long requestedBytes, Page page, long weight, boolean fast) {
    Observer observer = engine.observer();
    Token token = observer.allocated(id, budget.path(), requestedBytes, page, weight, fast, null);
    if (token != null) {
      observer.noteArena(token);
    }
    return token;
  }
}
