package io.rmm.demo.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningKnob;
import io.rmm.demo.views.Figure.Part;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Does with a manager what there is to be shown: several threads that allocate and free for and by
 * each other in a tree of budgets, refusals, misuses, arenas, a leak and a tuning decision. Then
 * everything is quiet, and some of it still held.
 */
final class Exercise implements AutoCloseable {

  private static final int THREADS = 8;
  private static final int STEPS = 3_000;
  private static final long MIB = 1L << 20;

  /** More than the throttles of the events let through in a second. */
  private static final int REFUSALS = 100;

  private final MemoryManager manager;
  private final List<Budget> budgets;
  private final Deque<Block> live = new ConcurrentLinkedDeque<>();
  private final Arena open;

  Exercise(MemoryManager manager) {
    this.manager = manager;
    Budget root = manager.rootBudget();
    Budget tenant = root.child("tenant", BudgetLimits.hard(1L << 30));
    budgets =
        List.of(
            root.child("unlimited", BudgetLimits.unlimited()),
            tenant,
            tenant.child("cache", new BudgetLimits(MIB, 200 * MIB, 300 * MIB)),
            root.child("a,b=\"c\" *?", BudgetLimits.unlimited()));
    open = budgets.getFirst().openSharedArena();
  }

  void run() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Random random = new Random(t);
      Thread.Builder kind = t % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      threads.add(kind.start(() -> allocateAndFree(random)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    refuse();
    misuse();
    useArenas();
    tune();
    leak();
    manager.purge();
  }

  /** Frees a half of what it allocates, and one block in eight steps of another thread. */
  private void allocateAndFree(Random random) {
    for (int i = 0; i < STEPS; i++) {
      Budget budget = budgets.get(random.nextInt(budgets.size()));
      Block block = budget.allocate(random.nextInt(20_000));
      switch (random.nextInt(8)) {
        case 0 -> live.add(block.resize(1 + random.nextInt(40_000)));
        case 1 -> manager.free(block.detach());
        case 2 -> {
          Block shared = block.share();
          block.close();
          shared.close();
        }
        case 3, 4 -> block.close();
        default -> live.add(block);
      }
      Block other = i % 8 == 0 ? live.poll() : null;
      if (other != null) {
        other.close();
      }
    }
  }

  private void refuse() {
    Budget cache = budgets.get(2);
    for (int i = 0; i < REFUSALS; i++) {
      long bytes = i % 2 == 0 ? 400 * MIB : 2_000 * MIB; // by the budget itself, by its parent
      assertThatThrownBy(() -> cache.allocate(bytes))
          .isInstanceOf(AllocationRejectedException.class);
    }
    assertThatThrownBy(() -> budgets.get(1).allocate(2_000 * MIB))
        .isInstanceOf(AllocationRejectedException.class);
  }

  private void misuse() {
    for (int i = 0; i < REFUSALS; i++) {
      Block block = budgets.get(i % budgets.size()).allocate(64);
      block.close();
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    }
    assertThatThrownBy(() -> manager.free(1)).isInstanceOf(MemoryMisuseException.class);
  }

  private void useArenas() {
    for (Budget budget : budgets) {
      try (Arena arena = budget.openConfinedArena()) {
        assertThat(arena.allocate(100).byteSize()).isEqualTo(100);
        assertThat(arena.allocate(3 * MIB).byteSize()).isEqualTo(3 * MIB);
      }
    }
    assertThat(open.allocate(5_000).byteSize()).isEqualTo(5_000);
  }

  private void tune() {
    long before = manager.knob(TuningKnob.RETAINED_BYTES);
    manager.tune(
        new TuningDecision(
            TuningKnob.RETAINED_BYTES,
            before,
            before + 4096,
            TuningDecision.Verdict.RAISED,
            "test",
            "for all views to show"));
  }

  /** Of a block of 32 means between two samples not to be one is less likely than 1 in 10^13. */
  private void leak() {
    allocateAndForget();
    await()
        .until(
            () -> {
              System.gc();
              return manager.snapshot().leakSuspects() == 1;
            });
  }

  private void allocateAndForget() {
    assertThat(budgets.getFirst().allocate(16 * MIB).isAlive()).isTrue();
  }

  /** That figures agree means little of those that are 0. */
  void assertSomethingHappenedOfEverything(Map<Figure, Long> figures) {
    assertThat(figures)
        .allSatisfy(
            (figure, value) -> {
              if (figure.part() == Part.TOTAL) {
                assertThat(value).as(figure.name()).isPositive();
              }
            });
    for (Budget budget : budgets) {
      assertThat(figures.get(Figure.budget(budget.path(), "used"))).isPositive();
    }
    assertThat(figures)
        .containsEntry(Figure.budget("root/tenant/cache", "rejections"), (long) REFUSALS)
        .containsEntry(Figure.budget("root/tenant", "rejections"), 1L)
        .containsEntry(Figure.misuses("DOUBLE_FREE"), (long) REFUSALS)
        .containsEntry(Figure.misuses("INVALID_FREE"), 1L);
  }

  @Override
  public void close() {
    open.close();
    live.forEach(Block::close);
  }
}
