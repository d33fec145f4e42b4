package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * {@link RemoteFreeAndAllocate} with blocks of which each has a page of its own, so that the owner
 * must look among what others have freed.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "every block is its holder's alone")
@State
public class RemoteFreeAndAllocateLarge extends RemoteFreeAndAllocate {

  public RemoteFreeAndAllocateLarge() {
    super(Racing.LARGE);
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
