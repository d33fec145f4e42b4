package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.heap.SlotStates;
import io.rmm.allocator.observe.Sampler;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A huge block that a budget refuses only when its memory is there: another thread was faster. */
class RefusedHugeBlockTest {

  private static final long HUGE = 4 << 20;

  private final HookedSource source = new HookedSource();
  private final Engine engine =
      new Engine(
          "refused", source, new Sampler(SafetyMode.STANDARD, 1 << 20), BudgetLimits.unlimited());

  @Test
  void leavesNothingBehind() throws Exception {
    Budget budget = engine.budgets().root().child("small", BudgetLimits.hard(HUGE));
    AtomicReference<Block> faster = new AtomicReference<>();
    try (var other = Executors.newSingleThreadExecutor()) {
      // Leaves a slot at hand, so that the other one needs nothing of the pool, which is locked.
      other.submit(() -> budget.allocate(64).close()).get();
      source.beforeMap =
          () -> {
            try {
              faster.set(other.submit(() -> budget.allocate(64)).get());
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          };
      assertThatThrownBy(() -> budget.allocate(HUGE))
          .isInstanceOf(AllocationRejectedException.class);
    }
    assertThat(faster.get()).isNotNull();
    assertThat(Invariants.check(engine).liveBlocks()).isEqualTo(1);
    SlotStates.checkNothingOffered(engine.heaps());
    faster.get().close();
    engine.purge();
    assertThat(engine.snapshot().committedBytes()).isZero();
    engine.close();
  }
}
