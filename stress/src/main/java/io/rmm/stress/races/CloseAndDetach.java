package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import io.rmm.allocator.MisuseKind;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A handle is closed while it is detached: one of the two ends it. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "closed")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "detached, and freed by address")
@State
public class CloseAndDetach {

  private final Block block = Racing.MANAGER.allocate(Racing.SMALL);
  private long address;

  @Actor
  public void close(III_Result r) {
    r.r1 = Racing.close(block);
  }

  @Actor
  public void detach(III_Result r) {
    r.r2 = Racing.succeeds(() -> address = block.detach(), MisuseKind.USE_AFTER_FREE);
  }

  @Arbiter
  public void free(III_Result r) {
    r.r3 = address == 0 ? 0 : Racing.free(address);
  }
}
