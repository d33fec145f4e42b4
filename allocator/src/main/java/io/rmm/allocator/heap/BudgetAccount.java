package io.rmm.allocator.heap;

import io.rmm.allocator.BudgetLimits;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The account of one budget.
 *
 * <p>A budget without a hard limit, and without such an ancestor, costs its allocations no more
 * than the plain additions to the heap's {@link Tally}. One with a hard limit keeps its used bytes
 * in an atomic as well, charged before a slot is handed out and never above the limit, not even for
 * the time between a charge and its refusal: an account that refuses is left unchanged. The limited
 * accounts below it were charged before it, and are so until that is taken back. Price: one atomic
 * per limited level for an allocation and one for a free, 5 to 20 ns each.
 *
 * <p>When a budget gets its first limit, its atomic must start from the sum of tallies; {@link
 * Heaps#exclusively} stops all heaps for that moment, so that nothing is charged twice or not at
 * all.
 */
public abstract class BudgetAccount {

  /** Where every heap has this account's cell. */
  protected final int index;

  /**
   * What {@link RecentCells} mixes with the number of a thread: spreads accounts over its table.
   */
  final int seed = RecentCells.newSeed();

  private final @Nullable BudgetAccount parent;
  private final AtomicLong charged = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong rejections = new AtomicLong();

  private volatile BudgetLimits limits;

  /** Whether {@link #charged} counts. Changes only while all heaps are stopped. */
  private boolean limited;

  /** Whether this account or an ancestor is limited. Changes only while all heaps are stopped. */
  private boolean exact;

  /** Makes an account that holds nothing. */
  protected BudgetAccount(int index, @Nullable BudgetAccount parent, BudgetLimits limits) {
    this.index = index;
    this.parent = parent;
    this.limits = limits;
    this.limited = limits.isLimited();
    this.exact = limited || (parent != null && parent.exact);
  }

  /**
   * Charges {@code bytes} to this account and its ancestors as far as they are limited.
   *
   * @return the account that refuses, in which case nothing was charged, or null
   */
  public final @Nullable BudgetAccount charge(long bytes) {
    return exact ? chargeExactly(bytes) : null;
  }

  /** Takes back what {@link #charge} charged. */
  public final void refund(long bytes) {
    if (exact) {
      for (BudgetAccount account = this; account != null; account = account.parent) {
        if (account.limited) {
          account.charged.addAndGet(-bytes);
        }
      }
    }
  }

  private @Nullable BudgetAccount chargeExactly(long bytes) {
    long used = 0;
    if (limited) {
      used = tryCharge(bytes);
      if (used < 0) {
        return this;
      }
    }
    BudgetAccount refuser = parent == null ? null : parent.chargeExactly(bytes);
    if (limited && refuser != null) {
      charged.addAndGet(-bytes);
    } else if (limited) {
      // Not before, or what an ancestor refuses would count as having been held here.
      notePeak(used);
    }
    return refuser;
  }

  /** Returns what is used thereafter, or -1 if the limit does not allow it. */
  private long tryCharge(long bytes) {
    long hard = limits.hard();
    while (true) {
      long before = charged.get();
      if (bytes > hard - before) {
        return -1;
      }
      if (charged.compareAndSet(before, before + bytes)) {
        return before + bytes;
      }
    }
  }

  /** Raises the peak to {@code used} if it is lower. */
  public final void notePeak(long used) {
    // The common case, not above the peak, costs one read.
    long known = peak.get();
    while (used > known && !peak.compareAndSet(known, used)) {
      known = peak.get();
    }
  }

  /**
   * Tells what would refuse {@code bytes} now, without charging them: before memory is taken for
   * them.
   */
  public final @Nullable BudgetAccount refuser(long bytes) {
    for (BudgetAccount account = this; account != null; account = account.parent) {
      if (account.limited && bytes > account.limits.hard() - account.charged.get()) {
        return account;
      }
    }
    return null;
  }

  /** Returns the limits in force. */
  public final BudgetLimits limits() {
    return limits;
  }

  /** Sets the limits, where that does not change whether the account is limited. */
  public final void replaceLimits(BudgetLimits limits) {
    this.limits = limits;
  }

  /** Tells whether {@link #chargedBytes()} counts. */
  public final boolean isLimited() {
    return limited;
  }

  /**
   * Begins or ends exact counting. All heaps are stopped.
   *
   * @param used what this account and its descendants hold
   */
  public final void setLimited(BudgetLimits limits, long used) {
    this.limits = limits;
    this.limited = limits.isLimited();
    charged.set(used);
    refresh();
  }

  /** Finds out anew whether an ancestor counts exactly. All heaps are stopped. */
  public final void refresh() {
    exact = limited || (parent != null && parent.exact);
  }

  /** Returns the used bytes of a limited account. */
  public final long chargedBytes() {
    return charged.get();
  }

  /** Returns the highest used bytes noted. */
  public final long notedPeakBytes() {
    return peak.get();
  }

  /** Counts a refused allocation. */
  public final void countRejection() {
    rejections.incrementAndGet();
  }

  /** Returns the number of refused allocations. */
  public final long rejections() {
    return rejections.get();
  }
}
