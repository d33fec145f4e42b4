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

/**
 * {@link FreeAndFree} where freed memory rests: since it is not handed out again meanwhile, the
 * second is known for a double free of that very block, however much later it comes.
 */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first wins, and the second is reported")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the second wins, and the first is reported")
@State
public class RestingFree {

  private static final MemoryManager MANAGER = Resting.resting(Resting.USUAL_BYTES);
  private static final Told TOLD = Told.of(MANAGER);

  private final long id;
  private final long address;

  public RestingFree() {
    Block block = MANAGER.allocate(Racing.SMALL);
    id = block.id();
    address = block.detach();
  }

  @Actor
  public void first(III_Result r) {
    r.r1 = Racing.free(MANAGER, address);
  }

  @Actor
  public void second(III_Result r) {
    r.r2 = Racing.free(MANAGER, address);
  }

  @Arbiter
  public void reports(III_Result r) {
    r.r3 = TOLD.take(id);
  }
}
