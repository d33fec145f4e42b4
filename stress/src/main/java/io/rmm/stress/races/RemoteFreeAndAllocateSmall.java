package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link RemoteFreeAndAllocate} with blocks of which many share a page. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "every block is its holder's alone")
@State
public class RemoteFreeAndAllocateSmall extends RemoteFreeAndAllocate {

  public RemoteFreeAndAllocateSmall() {
    super(Racing.SMALL);
  }

  @Actor
  public void allocate(II_Result r) {
    allocateTwo();
  }

  @Actor
  public void free(II_Result r) {
    r.r2 = freeGiven();
  }

  @Arbiter
  public void look(II_Result r) {
    r.r1 = freeTwo();
  }
}
