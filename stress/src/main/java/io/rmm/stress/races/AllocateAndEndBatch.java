package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A block is allocated while the batch that it may join is sealed and ended: its view does not end
 * with the others'.
 *
 * <p>States are made by the two threads in turn, so that the block which is freed is often of the
 * batch that the other thread's next block would join.
 */
@JCStressTest
@Outcome(
    id = "1, 1",
    expect = ACCEPTABLE,
    desc = "the view sees what was written, until the block is closed")
@State
public class AllocateAndEndBatch {

  private static final MemoryManager MANAGER = Resting.resting(Resting.USUAL_BYTES);

  private final Block given = Resting.filled(MANAGER);
  private @Nullable Block block;
  private @Nullable MemorySegment view;

  @Actor
  public void allocate(II_Result r) {
    block = Resting.filled(MANAGER);
    view = block.segment();
    r.r1 = Resting.look(view);
  }

  @Actor
  public void end() {
    given.close();
    MANAGER.purge();
  }

  @Arbiter
  public void look(II_Result r) {
    if (block != null && view != null) {
      r.r2 = Resting.look(view);
      block.close();
    }
  }
}
