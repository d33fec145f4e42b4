package io.rmm.allocator.heap;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the {@link BudgetCell} of a thread and a budget with one load: a table of the process that
 * has the cells which were used last, by a mixture of the thread's number and the budget's seed.
 *
 * <p>Why a table, and of the process: a {@link ThreadLocal} takes six loads, each of which needs
 * the one before; a table for each manager or budget takes two more than this one, whose address
 * and length the JIT knows. What an allocation costs is above all how long that chain is.
 *
 * <p>Entries are written and read without order, which is harmless: one counts only if its account
 * is the one asked for and its heap is biased to the asking thread, and nobody but that thread
 * itself makes it so. A cell that finds another in its place which is in use leaves it there, lest
 * two that fall together push each other out at every operation: the one that came later takes the
 * long way, by way of {@link Heaps}.
 */
final class RecentCells {

  /** Entries, a power of two: 16 KiB of references, for 4,096 pairs of a thread and a budget. */
  private static final int ENTRIES = 4096;

  private static final @Nullable BudgetCell[] TABLE = new BudgetCell[ENTRIES];

  /** An odd number far from powers of two, so that the seeds of successive budgets lie apart. */
  private static final int SEED_STEP = 0x9E3779B1;

  private static final AtomicInteger NEXT_SEED = new AtomicInteger();

  private RecentCells() {}

  static int newSeed() {
    return NEXT_SEED.getAndAdd(SEED_STEP) >>> 16;
  }

  /** Returns the cell that may be that of {@code thread} and {@code account}. */
  static @Nullable BudgetCell find(Thread thread, BudgetAccount account) {
    return TABLE[index(thread, account)];
  }

  /** Makes {@link #find} return {@code cell}, whose heap is {@code thread}'s. */
  static void remember(Thread thread, BudgetCell cell) {
    int index = index(thread, cell.account);
    BudgetCell other = TABLE[index];
    if (other == null || !isInUse(other, index)) {
      TABLE[index] = cell;
    }
  }

  private static boolean isInUse(BudgetCell cell, int index) {
    Thread holder = cell.heap.thread();
    // A heap that was passed on may stand where its former thread put it.
    return holder != null && holder.isAlive() && index(holder, cell.account) == index;
  }

  /** Forgets all cells of {@code heap}, so that the manager it belongs to can be collected. */
  static void forget(ThreadHeap heap) {
    for (int i = 0; i < ENTRIES; i++) {
      BudgetCell cell = TABLE[i];
      if (cell != null && cell.heap == heap) {
        TABLE[i] = null;
      }
    }
  }

  private static int index(Thread thread, BudgetAccount account) {
    return ((int) thread.threadId() + account.seed) & (ENTRIES - 1);
  }
}
