package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Threads at full speed while another stops their heaps again and again. A fault in the hold of a
 * heap would show as a slot that is lost or handed out twice.
 */
class RevocationTest {

  private static final int WORKERS = 3;

  /** What the disturber does in a loop. */
  private interface Disturbance {
    void disturb(MemoryManager manager, Budget budget, long round);
  }

  private static void run(ThreadFactory factory, int steps, Disturbance disturbance)
      throws Exception {
    try (MemoryManager manager =
        MemoryManager.builder().pageSource("linux").discoverViews(false).build()) {
      Budget budget = manager.rootBudget().child("b", BudgetLimits.unlimited());
      AtomicInteger running = new AtomicInteger(WORKERS);
      AtomicLong disturbances = new AtomicLong();
      Threads.together(
          factory,
          WORKERS + 1,
          number -> {
            if (number == WORKERS) {
              while (running.get() > 0) {
                disturbance.disturb(manager, budget, disturbances.getAndIncrement());
              }
              return;
            }
            work(budget, steps);
            running.decrementAndGet();
          });
      assertThat(disturbances).hasPositiveValue();
      Invariants.check(manager.snapshot());
      assertThat(manager.snapshot().allocations()).isEqualTo((long) WORKERS * steps);
      assertThat(manager.snapshot().liveBlocks()).isZero();
      budget.setLimits(BudgetLimits.hard(1 << 30));
      assertThat(budget.usedBytes()).isZero();
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }

  private static void work(Budget budget, int steps) {
    Deque<Block> held = new ArrayDeque<>();
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int step = 0; step < steps; step++) {
      Block block = budget.allocate(random.nextInt(16, 6_000));
      block.segment().set(ValueLayout.JAVA_LONG, 0, block.id());
      held.add(block);
      while (held.size() > random.nextInt(64)) {
        closeChecked(random.nextBoolean() ? held.removeFirst() : held.removeLast());
      }
    }
    held.forEach(RevocationTest::closeChecked);
  }

  private static void closeChecked(Block block) {
    assertThat(block.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(block.id());
    block.close();
  }

  @Test
  void purgesDisturbNobody() throws Exception {
    run(Thread.ofPlatform().daemon().factory(), 150_000, (manager, _, _) -> manager.purge());
  }

  @Test
  void purgesDisturbNoVirtualThread() throws Exception {
    run(Thread.ofVirtual().factory(), 150_000, (manager, _, _) -> manager.purge());
  }

  @Test
  void changesBetweenLimitedAndUnlimitedDisturbNobody() throws Exception {
    run(
        Thread.ofPlatform().daemon().factory(),
        150_000,
        (_, budget, round) ->
            budget.setLimits(
                round % 2 == 0 ? BudgetLimits.hard(1 << 30) : BudgetLimits.unlimited()));
  }

  @Test
  void snapshotsDisturbNobody() throws Exception {
    run(
        Thread.ofPlatform().daemon().factory(),
        150_000,
        (manager, _, _) -> Invariants.checkLadder(manager.snapshot()));
  }
}
