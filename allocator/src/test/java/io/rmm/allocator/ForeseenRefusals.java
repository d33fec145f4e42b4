package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.SizeClasses;

/**
 * Checks of each allocation of a random program that it is refused if and only if a budget has no
 * room for it, and by that budget.
 *
 * <p>Where other programs work with the same engine, nobody can foresee that, and only what the
 * rejection says of itself is looked at.
 */
final class ForeseenRefusals {

  private final Holdings holdings;
  private final boolean alone;
  private long count;

  /**
   * Makes checks.
   *
   * @param alone whether no other program works with the engine
   */
  ForeseenRefusals(Holdings holdings, boolean alone) {
    this.holdings = holdings;
    this.alone = alone;
  }

  static long slotBytes(int sizeClass, long size) {
    return sizeClass == SizeClasses.HUGE
        ? ChunkPool.hugeBytes(size)
        : SizeClasses.slotBytes(sizeClass);
  }

  /** Returns the path of the budget that has no room for {@code slot} more bytes, or null. */
  String refuser(BudgetNode budget, long slot) {
    for (BudgetNode node = budget; node != null; node = node.parent()) {
      if (alone && slot > node.limits().hard() - holdings.expectedUsed(node)) {
        return node.path();
      }
    }
    return null;
  }

  /** Checks that what went well was to be expected to. */
  static void checkGranted(boolean expected, String refuser, long slot) {
    assertThat(expected).as("%s must refuse %d bytes", refuser, slot).isTrue();
  }

  void checkRejected(AllocationRejectedException e, BudgetNode asked, String refuser) {
    count++;
    assertThat(e.rejection().budget()).isEqualTo(asked.path());
    if (alone) {
      assertThat(e.rejection().rejectedBy()).isEqualTo(refuser);
    }
  }

  /** Returns the number of refusals so far. */
  long count() {
    return count;
  }
}
