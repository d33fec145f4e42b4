package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits and accounts while many threads work. */
class BudgetConcurrencyTest {

  private static final int THREADS = 8;

  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager = MemoryManager.builder().pageSource("linux").discoverViews(false).build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Allocates and frees at random, so that the limits are always about to be passed. */
  private static void press(Budget budget, int steps) {
    List<Block> held = new ArrayList<>();
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int step = 0; step < steps; step++) {
      if (held.size() < 40 && random.nextInt(5) < 3) {
        try {
          held.add(budget.allocate(random.nextInt(8_000)));
        } catch (AllocationRejectedException e) {
          assertThat(e.rejection().budget()).isEqualTo(budget.path());
        }
      } else if (!held.isEmpty()) {
        held.remove(random.nextInt(held.size())).close();
      }
    }
    held.forEach(Block::close);
  }

  @Test
  void noHardLimitOfTheTreeIsEverPassed() throws Exception {
    long tenantLimit = 400_000;
    long cacheLimit = 150_000;
    Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.hard(tenantLimit));
    Budget cache = tenant.child("cache", BudgetLimits.hard(cacheLimit));
    AtomicInteger running = new AtomicInteger(THREADS);
    AtomicLong samples = new AtomicLong();
    Threads.together(
        THREADS + 1,
        number -> {
          if (number < THREADS) {
            press(number % 2 == 0 ? tenant : cache, 20_000);
            running.decrementAndGet();
            return;
          }
          while (running.get() > 0) {
            assertThat(cache.usedBytes()).isBetween(0L, cacheLimit);
            assertThat(tenant.usedBytes()).isBetween(0L, tenantLimit);
            samples.incrementAndGet();
          }
        });
    assertThat(samples).hasPositiveValue();
    // The peak is noted at every charge, and so would tell what the samples missed.
    assertThat(cache.peakBytes()).isBetween(cacheLimit / 2, cacheLimit);
    assertThat(tenant.peakBytes()).isBetween(tenantLimit / 2, tenantLimit);
    assertThat(tenant.usedBytes()).isZero();
    assertThat(cache.usedBytes()).isZero();
    assertThat(manager.snapshot().rejections()).isPositive();
    Invariants.check(manager.snapshot());
  }

  /** Each thread has room for what it holds, so nobody may be refused, however they race. */
  @Test
  void nobodyIsRefusedWhatThereIsRoomFor() throws Exception {
    Budget budget = manager.rootBudget().child("b", BudgetLimits.hard(THREADS * 2 * 1024L));
    Threads.together(
        THREADS,
        _ -> {
          for (int i = 0; i < 20_000; i++) {
            // With their canaries, two slots of 1,024 bytes.
            try (Block _ = budget.allocate(1016);
                Block _ = budget.allocate(1000)) {
              assertThat(budget.usedBytes()).isLessThanOrEqualTo(THREADS * 2 * 1024L);
            }
          }
        });
    assertThat(manager.snapshot().rejections()).isZero();
  }

  @Test
  void limitsMayChangeWhileThreadsWork() throws Exception {
    Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.unlimited());
    Budget cache = tenant.child("cache", BudgetLimits.unlimited());
    List<Budget> budgets = List.of(manager.rootBudget(), tenant, cache);
    AtomicInteger running = new AtomicInteger(THREADS - 1);
    List<Block> kept = new ArrayList<>();
    Threads.together(
        THREADS,
        number -> {
          if (number < THREADS - 1) {
            press(budgets.get(number % 3), 15_000);
            Block block = cache.allocate(100);
            synchronized (kept) {
              kept.add(block);
            }
            running.decrementAndGet();
            return;
          }
          ThreadLocalRandom random = ThreadLocalRandom.current();
          while (running.get() > 0) {
            budgets
                .get(random.nextInt(3))
                .setLimits(
                    random.nextBoolean()
                        ? BudgetLimits.unlimited()
                        : BudgetLimits.hard((8 << 20) + random.nextInt(100_000)));
          }
        });
    long expected = kept.size() * 112L;
    for (Budget budget : budgets) {
      assertThat(budget.usedBytes()).isEqualTo(expected);
      budget.setLimits(BudgetLimits.hard(8 << 20));
      assertThat(budget.usedBytes()).as("charged to %s", budget).isEqualTo(expected);
    }
    kept.forEach(Block::close);
    for (Budget budget : budgets) {
      assertThat(budget.usedBytes()).isZero();
    }
    Invariants.check(manager.snapshot());
  }

  /** One thread allocates, another frees: no reading may see a free before its allocation. */
  @Test
  void readingsAmidTheTrafficAreSound() throws Exception {
    Budget open = manager.rootBudget().child("open", BudgetLimits.unlimited());
    Budget limited = manager.rootBudget().child("limited", BudgetLimits.hard(64 << 20));
    BlockingQueue<Block> queue = new ArrayBlockingQueue<>(16);
    AtomicBoolean done = new AtomicBoolean();
    Threads.together(
        3,
        number -> {
          switch (number) {
            case 0 -> {
              for (int i = 0; i < 150_000; i++) {
                queue.put((i % 2 == 0 ? open : limited).allocate(i % 500));
              }
              done.set(true);
            }
            case 1 -> {
              while (!done.get() || !queue.isEmpty()) {
                Block block = queue.poll();
                if (block != null) {
                  block.close();
                }
              }
            }
            default -> {
              MemorySnapshot before = manager.snapshot();
              while (!done.get()) {
                MemorySnapshot after = manager.snapshot();
                Invariants.checkLadder(after);
                Invariants.checkCounters(before, after);
                assertThat(after.peakUsedBytes()).isGreaterThanOrEqualTo(after.usedBytes());
                assertThat(open.usedBytes()).isNotNegative();
                assertThat(manager.rootBudget().usedBytes()).isNotNegative();
                before = after;
              }
            }
          }
        });
    Invariants.check(manager.snapshot());
    assertThat(manager.snapshot().liveBlocks()).isZero();
  }
}
