package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners hear of allocations and closes that take long. */
class SlowSignalsTest {

  /** Freeing so many blocks takes some milliseconds. */
  private static final int MANY = 200_000;

  private final List<ArenaClose> closes = new CopyOnWriteArrayList<>();
  private final List<SlowAllocation> allocations = new CopyOnWriteArrayList<>();
  private final MemoryListener listener =
      new MemoryListener() {
        @Override
        public void onArenaClose(ArenaClose close) {
          closes.add(close);
        }

        @Override
        public void onSlowAllocation(SlowAllocation allocation) {
          allocations.add(allocation);
        }
      };

  private MemoryManager manager() {
    return MemoryManager.builder().discoverViews(false).listener(listener).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"confined", "shared", "deferred"})
  void aLongCloseOfAnArenaIsTold(String kind) {
    Function<Budget, Arena> open =
        switch (kind) {
          case "confined" -> Budget::openConfinedArena;
          case "shared" -> Budget::openSharedArena;
          default -> Budget::openDeferredArena;
        };
    try (MemoryManager manager = manager()) {
      Budget budget = manager.rootBudget().child("tenant", BudgetLimits.unlimited());
      long before = manager.snapshot().liveBlocks();
      Arena arena = open.apply(budget);
      for (int i = 0; i < MANY; i++) {
        var _ = arena.allocate(4_000);
      }
      long blocks = manager.snapshot().liveBlocks() - before;
      long bytes = budget.usedBytes();
      arena.close();
      await().until(() -> !closes.isEmpty());
      assertThat(closes.getFirst())
          .returns(kind, ArenaClose::kind)
          .returns(budget.path(), ArenaClose::budget)
          .returns(blocks, ArenaClose::blocks)
          .returns(bytes, ArenaClose::bytes)
          .satisfies(
              close ->
                  assertThat(close.durationNanos()).isGreaterThanOrEqualTo(ArenaClose.LEAST_NANOS));
    }
  }

  /** What is idle goes back first, gigabytes of touched memory, which takes its time. */
  @Test
  void anAllocationThatWaitsForTheLimitIsTold() {
    long gib = 1L << 30;
    try (MemoryManager manager = manager()) {
      Budget root = manager.rootBudget();
      try (Block touched = root.allocate(gib)) {
        touched.segment().fill((byte) 1);
      }
      root.setLimits(BudgetLimits.hard(gib + (gib >> 1)));
      Block block = root.allocate(gib + (gib >> 2));
      await().until(() -> !allocations.isEmpty());
      assertThat(allocations.getFirst())
          .returns(SlowAllocation.Cause.BUDGET, SlowAllocation::cause)
          .returns("root", SlowAllocation::budget)
          .returns(gib + (gib >> 2), SlowAllocation::requestedBytes);
      block.close();
    }
  }
}
