package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The peak of a budget without a limit is read from counters that run on meanwhile, and is still
 * never above what was held: a peak never falls again.
 */
@Timeout(60)
class PeakTest {

  private static final int THREADS = 3;
  private static final int SNAPSHOTS = 3_000;
  private static final int BLOCK_BYTES = 1_024;

  @Test
  void noPeakIsAboveWhatWasHeld() throws Exception {
    try (MemoryManager manager = MemoryManager.builder().discoverViews(false).build()) {
      CountDownLatch churning = new CountDownLatch(THREADS);
      List<Thread> threads = new ArrayList<>();
      List<Budget> budgets = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Budget budget = manager.rootBudget().child("b" + i, BudgetLimits.unlimited());
        budgets.add(budget);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      budget.allocate(BLOCK_BYTES).close();
                      churning.countDown();
                      while (!Thread.currentThread().isInterrupted()) {
                        budget.allocate(BLOCK_BYTES).close();
                      }
                    }));
      }
      churning.await();
      for (int i = 0; i < SNAPSHOTS; i++) {
        MemorySnapshot snapshot = manager.snapshot();
        Invariants.checkLadder(snapshot);
        assertThat(snapshot.budgets().getFirst().usedBytes()).isEqualTo(snapshot.usedBytes());
      }
      for (Thread thread : threads) {
        thread.interrupt();
        thread.join();
      }
      // Each held one block at a time. One more, since a processor may show the next block before
      // it shows the end of the last.
      for (Budget budget : budgets) {
        assertThat(budget.peakBytes()).isBetween(0L, 2L * BLOCK_BYTES);
      }
      assertThat(manager.rootBudget().peakBytes())
          .isBetween((long) BLOCK_BYTES, 2L * BLOCK_BYTES * THREADS);
    }
  }

  @Test
  void whatIsHeldWhileItIsReadIsNoted() {
    try (MemoryManager manager = MemoryManager.builder().discoverViews(false).build()) {
      Budget parent = manager.rootBudget().child("parent", BudgetLimits.unlimited());
      Budget child = parent.child("child", BudgetLimits.unlimited());
      try (Block _ = child.allocate(5 << 20)) {
        assertThat(manager.snapshot().peakUsedBytes()).isEqualTo(5 << 20);
      }
      assertThat(child.peakBytes()).isEqualTo(5 << 20);
      assertThat(parent.peakBytes()).isEqualTo(5 << 20);
      // A limit begins with the peak that is known, and with what is held.
      try (Block _ = child.allocate(6 << 20)) {
        child.setLimits(BudgetLimits.hard(1 << 30));
      }
      assertThat(child.peakBytes()).isEqualTo(6 << 20);
      assertThat(child.usedBytes()).isZero();
    }
  }
}
