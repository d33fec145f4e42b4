package io.rmm.exporter.metrics;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which budgets of a source get series of their own, and adds the rest up as {@value
 * #OTHER}.
 *
 * <p>Each budget costs four series in every backend, for ever, and a process may have 4,096 of
 * them. With {@value #DEFAULT_NAMED} named budgets a source has 113 series at the most, which make
 * an export of less than 2 KB compressed; with {@value #MOST_NAMED}, the most that may be asked
 * for, it has less than 1,000.
 *
 * <p>The budgets seen first are named, and stay so: were the choice made anew for each reading, a
 * budget could change sides, and a counter of {@value #OTHER} fall. Budgets nest, so in {@value
 * #OTHER} only those whose parent is not in it too are added up; all others are in their sums
 * already.
 *
 * <p>Safe for use by several threads.
 */
public final class BudgetCap {

  /** The name under which budgets without a name of their own are shown. */
  public static final String OTHER = "other";

  /** The budgets named unless told otherwise. */
  public static final int DEFAULT_NAMED = 20;

  /** The most budgets that may be named. */
  public static final int MOST_NAMED = 240;

  private final int most;
  private final Set<String> named = new HashSet<>();

  /**
   * Makes a cap that names at most {@code most} budgets.
   *
   * @param most from 1, which names the root alone, to {@value #MOST_NAMED}
   * @throws IllegalArgumentException if {@code most} is not in that range
   */
  public BudgetCap(int most) {
    this.most = check(most);
  }

  /**
   * Returns {@code most}.
   *
   * @throws IllegalArgumentException if it is not in the range that the constructor takes
   */
  public static int check(int most) {
    if (most < 1 || most > MOST_NAMED) {
      throw new IllegalArgumentException(
          "the number of named budgets must be from 1 to " + MOST_NAMED + ", but is " + most);
    }
    return most;
  }

  /**
   * Returns the named ones of {@code budgets} as they are and, if there are more, one further entry
   * for all the others. That one has no limit, because some of them may have none, and its peak is
   * the sum of theirs: the true one is not higher.
   *
   * @param budgets the budgets of a snapshot, parents before children
   */
  public synchronized List<BudgetUsage> apply(List<BudgetUsage> budgets) {
    List<BudgetUsage> shown = new ArrayList<>(Math.min(budgets.size(), most + 1));
    List<BudgetUsage> rest = new ArrayList<>();
    for (BudgetUsage budget : budgets) {
      if (named.contains(budget.path()) || named.size() < most) {
        named.add(budget.path());
        shown.add(budget);
      } else {
        rest.add(budget);
      }
    }
    if (!rest.isEmpty()) {
      shown.add(sum(rest));
    }
    return shown;
  }

  private BudgetUsage sum(List<BudgetUsage> rest) {
    long used = 0;
    long peak = 0;
    long allocations = 0;
    long frees = 0;
    long allocated = 0;
    long freed = 0;
    long requested = 0;
    long rejections = 0;
    for (BudgetUsage budget : rest) {
      rejections += budget.rejections(); // each budget's own: these do not nest
      if (named.contains(parent(budget.path()))) {
        used += budget.usedBytes();
        peak += budget.peakBytes();
        allocations += budget.allocations();
        frees += budget.frees();
        allocated += budget.allocatedBytes();
        freed += budget.freedBytes();
        requested += budget.requestedBytes();
      }
    }
    return new BudgetUsage(
        OTHER,
        used,
        peak,
        BudgetLimits.unlimited(),
        allocations,
        frees,
        allocated,
        freed,
        requested,
        rejections);
  }

  private static String parent(String path) {
    int end = path.lastIndexOf('/');
    return end < 0 ? "" : path.substring(0, end);
  }
}
