package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.heap.Tally;
import io.rmm.allocator.observe.Token;
import org.jspecify.annotations.Nullable;

/**
 * Frees blocks of one budget off the fast path, which is {@link Block#close}.
 *
 * <p>Each free is a compare-and-set of the block's id in a hold of the calling thread's own heap,
 * and has the same order of steps: the id, the canary, the counters, the slot; and then, outside
 * the hold, where listeners and actions may throw, what is told of it. What happens to blocks that
 * cannot be freed so is a matter of {@link UnusualFrees}.
 */
final class BlockFrees {

  /** In place of the damage to a canary: no block was freed. */
  static final long NOT_FREED = -1;

  private final Engine engine;
  private final Heaps heaps;
  private final BudgetNode budget;

  /** Where freed blocks rest; null if they do not, and are given back at once. */
  private final @Nullable Quarantine quarantine;

  BlockFrees(BudgetNode budget) {
    this.engine = budget.engine();
    this.heaps = engine.heaps();
    this.quarantine = engine.quarantine();
    this.budget = budget;
  }

  /**
   * Closes a handle of a block whose heap is not the calling thread's alone, or that is no more.
   */
  void closeSlowly(Page page, int slot, long id, int handle, long byteSize, @Nullable Token token) {
    long damage = tryFree(page, slot, id, byteSize, scoped(token));
    if (damage == NOT_FREED) {
      engine.unusualFrees().close(page, slot, id, handle, byteSize, budget, token);
      return;
    }
    if (token != null) {
      freed(token, FreeCause.CLOSE);
    }
    foundDamage(page, slot, id, byteSize, damage);
  }

  /** As {@link #tryFreeMarked} does for a block without a mark. */
  private long tryFree(Page page, int slot, long id, long byteSize, @Nullable ScopedBlock scoped) {
    if (page.isHuge()) {
      StackRoom.check();
    }
    try {
      if (page.id(slot) != id) {
        return NOT_FREED;
      }
      BudgetCell cell = heaps.enterToChange(page, budget);
      Tally tally = cell.tally(page.sizeClass);
      long damage = NOT_FREED;
      if (page.changeId(slot, id, ~id)) {
        damage = takeCanary(page, slot, byteSize);
        countFree(tally, page, byteSize);
        endSlot(cell, page, slot, scoped);
      }
      cell.heap.leave();
      return damage;
    } catch (StackOverflowError e) {
      if (quarantine != null) {
        quarantine.cutShort = true;
      }
      heaps.abandon();
      throw e;
    }
  }

  /** Returns what the holder of {@code token} rests as, or null if it does not. */
  @Nullable ScopedBlock scoped(@Nullable Token token) {
    // Asked for in no other mode, where its class may not be loaded, and the Java heap be full.
    return quarantine == null ? null : ScopedBlock.of(token);
  }

  /** Gives the slot of a block back that was just freed, if it is not to rest. In the hold. */
  private static void endSlot(BudgetCell cell, Page page, int slot, @Nullable ScopedBlock scoped) {
    if (scoped == null) {
      cell.heap.giveBack(page, slot);
    } else {
      scoped.poison();
    }
  }

  /** Ends what is done about a block that has a token, once it is freed. Outside the hold. */
  void freed(Token token, FreeCause cause) {
    if (quarantine == null) {
      engine.observer().freed(token, cause);
      return;
    }
    try {
      try {
        engine.observer().freed(token, cause);
      } finally {
        quarantine.rest(ScopedBlock.of(token));
      }
    } catch (StackOverflowError e) {
      quarantine.cutShort = true;
      throw e;
    }
  }

  /**
   * Frees a block that bears a mark besides its id, unless another thread has been faster. What
   * that needs of the Java heap is found first, in the same hold: if there is no room for it, the
   * block is as it was.
   *
   * @param mark {@link Page#SHARED}, or {@link Page#DETACHED}, whose slot is given back later
   * @return {@link #NOT_FREED} if so; or else the damage to the block's canary, which the caller
   *     hands to {@link #foundDamage} at the end
   */
  long tryFreeMarked(
      Page page, int slot, long id, long mark, long byteSize, @Nullable ScopedBlock scoped) {
    BudgetCell cell = heaps.enterToFree(page, budget);
    Tally tally = cell.tally(page.sizeClass);
    long damage = NOT_FREED;
    if (page.changeId(slot, id | mark, ~id)) {
      damage = takeCanary(page, slot, byteSize);
      countFree(tally, page, byteSize);
      if (mark == Page.SHARED || scoped != null) {
        endSlot(cell, page, slot, scoped);
      }
    }
    cell.heap.leave();
    return damage;
  }

  /**
   * Compares the canary behind a block that was just freed, and mends it, so that damage to it is
   * found once. In the hold in which the block was freed.
   *
   * @return the bits that differ; never {@link #NOT_FREED}
   */
  static long takeCanary(Page page, int slot, long byteSize) {
    long damage = page.canaryDamage(slot, byteSize);
    if (damage != 0) {
      page.mendCanaries(slot, byteSize);
    }
    // If all bits differ, that the very last one does is no loss.
    return damage == NOT_FREED ? damage & Long.MAX_VALUE : damage;
  }

  /**
   * Reports that the canary behind a block was damaged, if it was. Outside the hold, when all else
   * is done: it may throw.
   *
   * @param damage the bits that differ, or 0
   */
  void foundDamage(Page page, int slot, long id, long byteSize, long damage) {
    if (damage != 0) {
      engine.strayWrites().foundBehind(page, slot, id, byteSize, budget.path(), damage);
    }
  }

  /** Makes what the calling thread needs to change the id of a block in {@code page}. */
  void prepareToChange(Page page) {
    BudgetCell cell = heaps.enterToFree(page, budget);
    cell.heap.leave();
  }

  /** Counts the free of a block in {@code page}. In the hold of the tally's heap. */
  void countFree(Tally tally, Page page, long byteSize) {
    tally.countFree(byteSize);
    if (page.isHuge()) {
      tally.countHugeFree(page.slotBytes);
    }
    budget.refund(page.slotBytes);
  }

  /** Gives back a slot whose free was counted. */
  void giveBack(Page page, int slot) {
    BudgetCell cell = heaps.enterToFree(page, budget);
    cell.heap.giveBack(page, slot);
    cell.heap.leave();
  }

  /** Changes what stands in a slot with a live block; returns false if it was not {@code from}. */
  boolean changeId(Page page, int slot, long from, long to) {
    BudgetCell cell = heaps.enterToChange(page, budget);
    boolean changed = page.changeId(slot, from, to);
    cell.heap.leave();
    return changed;
  }
}
