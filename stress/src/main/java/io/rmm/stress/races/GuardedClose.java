package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** {@link RacedClose} of a guarded block: its pages are sealed once, and the act reported once. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first wins, and the second is reported")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the second wins, and the first is reported")
@State
public class GuardedClose {

  private static final MemoryManager MANAGER = Resting.guarded();
  private static final Told TOLD = Told.of(MANAGER);

  private final Block block = MANAGER.allocate(Racing.SMALL);

  @Actor
  public void first(III_Result r) {
    r.r1 = Racing.close(block);
  }

  @Actor
  public void second(III_Result r) {
    r.r2 = Racing.close(block);
  }

  @Arbiter
  public void reports(III_Result r) {
    r.r3 = TOLD.take(block.id());
  }
}
