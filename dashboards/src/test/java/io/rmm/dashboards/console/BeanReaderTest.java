package io.rmm.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reads managers of this very JVM: an MBean server is its own connection. */
class BeanReaderTest {

  private final BeanReader reader = new BeanReader(ManagementFactory.getPlatformMBeanServer());

  @Test
  void readsManagersAndBudgets() throws Exception {
    try (MemoryManager manager = MemoryManager.builder().name("reader, \"one\"").build()) {
      Budget tenant = manager.rootBudget().child("tenant", new BudgetLimits(0, 1_000, 4_096));
      Budget soft = manager.rootBudget().child("soft", new BudgetLimits(0, 2_000, Long.MAX_VALUE));
      manager.rootBudget().child("unused", BudgetLimits.unlimited());
      manager.awaitViews();
      try (Block one = tenant.allocate(1_000);
          Block two = soft.allocate(64)) {
        Reading reading = readWith(4, 2);
        assertThat(reading.managers())
            .singleElement()
            .satisfies(
                read -> {
                  assertThat(read.name()).hasToString("reader, \"one\"");
                  assertThat(read.liveBlocks()).isEqualTo(2);
                  assertThat(read.used()).isEqualTo(tenant.usedBytes() + soft.usedBytes());
                  assertThat(read.pressure()).isEqualTo("NONE");
                  assertThat(read.leaks()).isPresent();
                });
        assertThat(reading.budgets())
            .extracting(Reading.Budget::path, Reading.Budget::used, Reading.Budget::limit)
            .containsExactlyInAnyOrder(
                tuple("root", manager.rootBudget().usedBytes(), Reading.Budget.NO_LIMIT),
                tuple("root/tenant", tenant.usedBytes(), 4_096L),
                tuple("root/soft", soft.usedBytes(), 2_000L));
        assertThat(one.isAlive() && two.isAlive()).isTrue();
      }
    }
    assertThat(reader.read().managers()).isEmpty();
  }

  @Test
  void ofManyBudgetsReadsThoseThatUseMost() throws Exception {
    int count = 3 * LargestBudgets.MOST;
    List<Block> blocks = new ArrayList<>();
    List<Budget> budgets = new ArrayList<>();
    try (MemoryManager manager = MemoryManager.builder().name("many").build()) {
      budgets.add(manager.rootBudget());
      for (int i = 1; i <= count; i++) {
        Budget budget = manager.rootBudget().child("b" + i, BudgetLimits.unlimited());
        budgets.add(budget);
        blocks.add(budget.allocate(64L * i));
      }
      manager.awaitViews();
      // Once from nothing, once from where the search ended.
      for (int round = 0; round < 2; round++) {
        Reading reading = readWith(count + 1, count);
        assertThat(reading.budgets()).hasSizeBetween(LargestBudgets.MOST / 2, LargestBudgets.MOST);
        long least = reading.budgets().stream().mapToLong(Reading.Budget::used).min().orElseThrow();
        // No budget that was left out uses as much as one that was read.
        assertThat(budgets.stream().filter(budget -> budget.usedBytes() >= least))
            .hasSameSizeAs(reading.budgets());
      }
      blocks.forEach(Block::close);
    }
  }

  @Test
  void ofManyEqualBudgetsReadsSome() throws Exception {
    List<Block> blocks = new ArrayList<>();
    try (MemoryManager manager = MemoryManager.builder().name("equal").build()) {
      for (int i = 0; i < 2 * LargestBudgets.MOST; i++) {
        blocks.add(manager.rootBudget().child("b" + i, BudgetLimits.unlimited()).allocate(64));
      }
      manager.awaitViews();
      int count = blocks.size();
      assertThat(readWith(count + 1, count).budgets()).hasSize(LargestBudgets.MOST);
      blocks.forEach(Block::close);
      assertThat(readWith(count + 1, 0).budgets()).hasSize(LargestBudgets.MOST);
    }
  }

  /**
   * Reads until the beans show so many budgets and blocks: they follow the manager, not at once.
   */
  private Reading readWith(int budgets, long blocks) {
    return await()
        .until(
            reader::read,
            reading ->
                reading.budgetCount() == budgets
                    && reading.managers().stream().mapToLong(Reading.Manager::liveBlocks).sum()
                        == blocks);
  }
}
