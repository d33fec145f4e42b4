package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import io.rmm.allocator.MisuseKind;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A handle is closed while it is shared: the share keeps the block, or there is none. */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "shared, and freed with the share")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "closed, and the share refused")
@State
public class CloseAndShare {

  private final Block block = Racing.MANAGER.allocate(Racing.SMALL);

  @Actor
  public void close(III_Result r) {
    r.r1 = Racing.close(block);
  }

  @Actor
  public void share(III_Result r) {
    r.r2 =
        Racing.succeeds(
            () -> {
              try (Block share = block.share()) {
                share.segment().set(ValueLayout.JAVA_LONG, 0, share.id());
              }
            },
            MisuseKind.USE_AFTER_FREE);
  }

  @Arbiter
  public void isAlive(III_Result r) {
    r.r3 = block.isAlive() ? 1 : 0;
  }
}
