package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A budget gets its first limit while somebody allocates from it: what was allocated before is
 * charged to it, exactly once, and what comes after is refused.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "allocated before the limit, and charged")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "refused by the limit, and nothing charged")
@State
public class SetLimitsAndAllocate {

  private final MemoryManager manager =
      MemoryManager.builder()
          .name("limited")
          // Without canaries, so that a slot is as large as its block.
          .safetyMode(SafetyMode.FAST)
          .discoverViews(false)
          .build();
  private final Budget budget = manager.rootBudget().child("b", BudgetLimits.unlimited());
  private @Nullable Block block;

  @Actor
  public void limit() {
    budget.setLimits(BudgetLimits.hard(Racing.SMALL / 2));
  }

  @Actor
  public void allocate(II_Result r) {
    block = allocate();
    r.r1 = block == null ? 0 : 1;
  }

  @Arbiter
  public void look(II_Result r) {
    boolean exact = budget.usedBytes() == (block == null ? 0 : Racing.SMALL);
    boolean refused = allocate() == null;
    if (block != null) {
      block.close();
    }
    r.r2 = exact && refused && budget.usedBytes() == 0 ? 1 : 0;
    manager.close();
  }

  private @Nullable Block allocate() {
    try {
      return budget.allocate(Racing.SMALL);
    } catch (AllocationRejectedException e) {
      return null;
    }
  }
}
