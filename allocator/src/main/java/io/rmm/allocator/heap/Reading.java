package io.rmm.allocator.heap;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * What all heaps of a manager have done for some budgets, by budget and by size class. Stops no
 * thread.
 *
 * <p><b>How sums over running counters stay true.</b> A reader that loses its processor amid its
 * sums may find in one counter what is freed in another by then. So all counters of one kind are
 * read before any of the other, and each difference is made of what errs on one side:
 *
 * <ul>
 *   <li>allocations minus the frees that were read before them: never negative, and no less than
 *       was held between the two passes. This is what readers are shown;
 *   <li>allocations minus the frees that were read after them ({@link #freedBytesSince}): no more
 *       than was held between those two passes, of all these budgets together. This is what a peak
 *       may be raised to, which never falls again, and is read only where there may be one.
 * </ul>
 *
 * <p>At rest both are the same. (A block that is resized counts twice until it counts once.)
 *
 * <p><b>Cost.</b> Two looks at each {@link Tally}, seldom three: sums by class are made of the same
 * numbers as those by budget. 64 heaps of 40 classes have 2,560 of them.
 */
public final class Reading {

  private final Iterable<ThreadHeap> heaps;
  private final int[] accounts;
  private final Usage[] usages;

  /** Of each size class; only numbers of blocks, and what was asked for. */
  final Usage[] byClass = new Usage[SizeClasses.COUNT + 1];

  Reading(Iterable<ThreadHeap> heaps, List<? extends BudgetAccount> accounts) {
    this.heaps = heaps;
    this.accounts = accounts.stream().mapToInt(account -> account.index).toArray();
    usages = new Usage[this.accounts.length];
    Arrays.setAll(usages, _ -> new Usage());
    Arrays.setAll(byClass, _ -> new Usage());
    forEachCell((cell, i) -> cell.addFrees(usages[i], byClass));
    VarHandle.loadLoadFence();
    // A heap that came meanwhile has its allocations seen here, and its frees by the next reading.
    forEachCell((cell, i) -> cell.addAllocations(usages[i], byClass));
  }

  /** Returns what was done for the {@code i}-th account, to which others may be added. */
  public Usage usage(int i) {
    return usages[i];
  }

  /** Returns the bytes of slots taken back by now, after the allocations were read, by account. */
  public long[] freedBytesSince() {
    long[] freed = new long[accounts.length];
    VarHandle.loadLoadFence();
    forEachCell((cell, i) -> freed[i] += cell.freedBytes());
    return freed;
  }

  private void forEachCell(ObjIntConsumer<BudgetCell> action) {
    for (ThreadHeap heap : heaps) {
      for (int i = 0; i < accounts.length; i++) {
        BudgetCell cell = heap.cellAt(accounts[i]);
        if (cell != null) {
          action.accept(cell, i);
        }
      }
    }
  }
}
