package io.rmm.exporter.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetCapTest {

  private final BudgetCap cap = new BudgetCap(2);

  @Test
  void letsAFewBudgetsThroughAsTheyAre() {
    List<BudgetUsage> budgets = List.of(budget("root", 10), budget("root/a", 4));

    assertThat(cap.apply(budgets)).isEqualTo(budgets);
  }

  @Test
  void addsTheOthersUpAndCountsNestedOnesOnce() {
    List<BudgetUsage> shown =
        cap.apply(
            List.of(
                budget("root", 100),
                budget("root/a", 40),
                budget("root/b", 30),
                budget("root/b/c", 20), // in the figures of root/b already
                budget("root/a/d", 7)));

    assertThat(shown).extracting(BudgetUsage::path).containsExactly("root", "root/a", "other");
    BudgetUsage other = shown.getLast();
    assertThat(other.usedBytes()).isEqualTo(30 + 7);
    assertThat(other.peakBytes()).isEqualTo(2 * (30 + 7));
    assertThat(other.allocations() - other.frees()).isEqualTo(30 + 7);
    assertThat(other.allocatedBytes() - other.freedBytes()).isEqualTo(other.usedBytes());
    assertThat(other.rejections()).as("each budget's own").isEqualTo(3);
    assertThat(other.limits().isLimited()).isFalse();
  }

  @Test
  void aBudgetNeverChangesSides() {
    cap.apply(List.of(budget("root", 1), budget("root/b", 1)));

    // A younger budget stands before the older one, because the tree is told in its own order.
    List<BudgetUsage> shown =
        cap.apply(
            List.of(
                budget("root", 1),
                budget("root/a", 1),
                budget("root/a/x", 1),
                budget("root/b", 1)));

    assertThat(shown).extracting(BudgetUsage::path).containsExactly("root", "root/b", "other");
  }

  @Test
  void countersOfOtherNeverFall() {
    List<BudgetUsage> budgets = new ArrayList<>();
    budgets.add(budget("root", 1));
    budgets.add(budget("root/a", 1));
    long rejections = 0;
    for (int i = 0; i < 50; i++) {
      budgets.add(1, budget("root/new" + i, 1));
      BudgetUsage last = cap.apply(budgets).getLast();
      assertThat(last.rejections()).isGreaterThanOrEqualTo(rejections);
      rejections = last.rejections();
    }
    assertThat(rejections).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, 0, 241})
  void refusesACapThatWouldNameNoneOrTooMany(int most) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BudgetCap(most))
        .withMessageContaining("from 1 to 240, but is " + most);
  }

  private static BudgetUsage budget(String path, long used) {
    return new BudgetUsage(
        path,
        used,
        2 * used,
        BudgetLimits.hard(1 << 20),
        3 * used,
        2 * used,
        5 * used,
        4 * used,
        used,
        1);
  }
}
