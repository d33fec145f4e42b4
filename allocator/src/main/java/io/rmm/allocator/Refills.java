package io.rmm.allocator;

import io.rmm.allocator.heap.Bin;
import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.CommitRefused;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.Tally;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * How an allocation gets a slot when none is at hand: from another page of its heap, from a new
 * one, or from one of its own if it is huge.
 *
 * <p>What cannot be had is tried for a second time, once all that lies idle anywhere has gone back,
 * or deferred arenas that a budget refused for have been closed. Outside of the hold, in which
 * nobody may wait for other heaps.
 */
final class Refills {

  private final Engine engine;
  private final Heaps heaps;

  Refills(Engine engine) {
    this.engine = engine;
    this.heaps = engine.heaps();
  }

  /**
   * Finds a page with a free slot. Returns the cell of the heap that the caller then holds, in
   * place of {@code cell}'s. Ends the hold if it fails. Where memory is short, what other heaps
   * have lying idle is taken back first.
   */
  BudgetCell refill(
      BudgetNode budget,
      BudgetCell cell,
      long byteSize,
      int sizeClass,
      long byteAlignment,
      @Nullable Arena arena) {
    // Before the try: who finds no room for a tally has ended the hold.
    Tally tally = cell.tally(sizeClass);
    try {
      findPage(budget, cell, tally.bin, byteSize, sizeClass, byteAlignment, arena);
      tally.countSlowPath();
      long nanos = cell.heap.pageWait.takeNanos();
      if (nanos >= SlowAllocation.LEAST_NANOS) {
        tellSlow(budget, byteSize, nanos, cell.heap.pageWait.cause());
      }
      return cell;
    } catch (CommitRefused | OutOfMemoryError e) {
      long start = System.nanoTime();
      cell.heap.leave();
      engine.makeRoom();
      return refillAtLast(budget, byteSize, sizeClass, byteAlignment, arena, start);
    } catch (Refusals.Refused e) {
      long start = System.nanoTime();
      cell.heap.leave();
      if (engine.closeDeferredArenas()) {
        return refillAtLast(budget, byteSize, sizeClass, byteAlignment, arena, start);
      }
      throw engine.refusals().translate(e, budget, byteSize);
    } catch (Throwable e) {
      cell.heap.leave();
      throw engine.refusals().translate(e, budget, byteSize);
    }
  }

  private BudgetCell refillAtLast(
      BudgetNode budget,
      long byteSize,
      int sizeClass,
      long byteAlignment,
      @Nullable Arena arena,
      long start) {
    BudgetCell cell = heaps.enter(budget);
    Tally tally = cell.tally(sizeClass);
    try {
      findPage(budget, cell, tally.bin, byteSize, sizeClass, byteAlignment, arena);
      tally.countSlowPath();
      long nanos = System.nanoTime() - start;
      if (nanos >= SlowAllocation.LEAST_NANOS) {
        tellSlow(budget, byteSize, nanos, SlowAllocation.Cause.BUDGET);
      }
      return cell;
    } catch (Throwable e) {
      cell.heap.leave();
      throw engine.refusals().translate(e, budget, byteSize);
    }
  }

  /** Has listeners told, later, because the caller holds a heap. */
  private void tellSlow(BudgetNode budget, long byteSize, long nanos, SlowAllocation.Cause cause) {
    try {
      SlowAllocation slow = new SlowAllocation(budget.path(), byteSize, nanos, cause);
      engine.news().add(listener -> listener.onSlowAllocation(slow));
    } catch (OutOfMemoryError e) {
      // They miss it; what it took, it took.
    }
  }

  private void findPage(
      BudgetNode budget,
      BudgetCell cell,
      Bin bin,
      long byteSize,
      int sizeClass,
      long byteAlignment,
      @Nullable Arena arena) {
    if (sizeClass != SizeClasses.HUGE) {
      checkRoom(budget, SizeClasses.slotBytes(sizeClass));
      bin.refill();
      return;
    }
    if (byteSize < 0 || byteSize > SizeClasses.MAX_BYTE_SIZE) {
      throw new IllegalArgumentException("a block must have 0 to 2^46 bytes, not " + byteSize);
    }
    if (arena == null) {
      checkRoom(budget, ChunkPool.hugeBytes(byteSize));
      bin.offer(cell.heap.hugePage(byteSize, byteAlignment));
    } else {
      long bytes = Math.max(1, byteSize);
      checkRoom(budget, bytes);
      bin.offer(cell.heap.arenaPage(arena, bytes, byteAlignment));
    }
  }

  /** Refuses before a page is taken, so that what is refused leaves no page behind. */
  private void checkRoom(BudgetNode budget, long slotBytes) {
    engine.checkOpen();
    BudgetAccount refuser = budget.refuser(slotBytes);
    if (refuser != null) {
      throw new Refusals.Refused(refuser);
    }
  }
}
