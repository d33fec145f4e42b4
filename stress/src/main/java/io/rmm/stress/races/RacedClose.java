package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads close one handle: one frees the block, the other has freed twice. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first wins")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the second wins")
@State
public class RacedClose {

  private final Block block = Racing.MANAGER.allocate(Racing.SMALL);

  @Actor
  public void first(II_Result r) {
    r.r1 = Racing.close(block);
  }

  @Actor
  public void second(II_Result r) {
    r.r2 = Racing.close(block);
  }
}
