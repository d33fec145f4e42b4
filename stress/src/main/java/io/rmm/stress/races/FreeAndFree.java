package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads free one block by its address: one frees it, the other has freed twice. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first wins")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the second wins")
@State
public class FreeAndFree {

  private final long address = Racing.MANAGER.allocate(Racing.SMALL).detach();

  @Actor
  public void first(II_Result r) {
    r.r1 = Racing.free(address);
  }

  @Actor
  public void second(II_Result r) {
    r.r2 = Racing.free(address);
  }
}
