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
 * A block is closed, and its memory given to another, while somebody reads through a stale view:
 * never what the other wrote. Nothing may rest, so that the end of the view, the end of the rest
 * and the next allocation follow each other at once.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "read before the free")
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "read while it rested")
@Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "refused")
@State
public class CloseAndRead {

  private static final MemoryManager MANAGER = Resting.resting(0);

  private final Block block = Resting.filled(MANAGER);
  private final MemorySegment view = block.segment();
  private @Nullable Block next;

  @Actor
  public void close() {
    next = Resting.replaced(MANAGER, block);
  }

  @Actor
  public void read(II_Result r) {
    r.r1 = Resting.look(view);
  }

  @Arbiter
  public void look(II_Result r) {
    r.r2 = next == null ? 0 : Resting.closeIntact(next);
  }
}
