package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Three threads close one handle: one frees the block. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the first wins")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the second wins")
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the third wins")
@State
public class RacedCloseOfThree {

  private final Block block = Racing.MANAGER.allocate(Racing.LARGE);

  @Actor
  public void first(III_Result r) {
    r.r1 = Racing.close(block);
  }

  @Actor
  public void second(III_Result r) {
    r.r2 = Racing.close(block);
  }

  @Actor
  public void third(III_Result r) {
    r.r3 = Racing.close(block);
  }
}
