package io.rmm.allocator.heap;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/**
 * What all heaps of a manager have done for some budgets, by budget and by size class. Stops no
 * thread.
 *
 * <p><b>How sums over running counters stay true.</b> A reader that loses its processor amid its
 * sums may find in one counter what is freed in another by then. So every counter is read twice, in
 * two passes over all of them, and each sum is made of what errs on one side:
 *
 * <ul>
 *   <li>the first pass's frees from the second pass's allocations: never negative, and no less than
 *       was held between the passes. This is what readers are shown;
 *   <li>the second pass's frees from the first pass's allocations: no more than was held between
 *       the passes, of all these budgets together. This is what a peak may be raised to, which
 *       never falls again.
 * </ul>
 *
 * <p>At rest both are the same. (A block that is resized counts twice until it counts once.)
 *
 * <p><b>Cost.</b> Two looks at each {@link Tally}, and nothing else: sums by class are made of the
 * same numbers as those by budget. 64 heaps of 40 classes have 2,560 of them.
 */
public final class Reading {

  private final Usage[] usages;
  final long[] frees = new long[SizeClasses.COUNT + 1];
  final long[] allocations = new long[SizeClasses.COUNT + 1];

  Reading(Iterable<ThreadHeap> heaps, List<? extends BudgetAccount> accounts) {
    int[] cells = accounts.stream().mapToInt(account -> account.index).toArray();
    usages = new Usage[cells.length];
    Arrays.setAll(usages, _ -> new Usage());
    for (ThreadHeap heap : heaps) {
      for (int i = 0; i < cells.length; i++) {
        BudgetCell cell = heap.cellAt(cells[i]);
        if (cell != null) {
          cell.readFirst(usages[i], frees);
        }
      }
    }
    VarHandle.loadLoadFence();
    // A heap that came meanwhile has its allocations seen here, and its frees by the next reading.
    for (ThreadHeap heap : heaps) {
      for (int i = 0; i < cells.length; i++) {
        BudgetCell cell = heap.cellAt(cells[i]);
        if (cell != null) {
          cell.readLast(usages[i], allocations);
        }
      }
    }
  }

  /** Returns what was done for the {@code i}-th account, to which others may be added. */
  public Usage usage(int i) {
    return usages[i];
  }
}
