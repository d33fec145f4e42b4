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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A block is closed, and its memory given to another, while somebody writes through a stale view:
 * the other's contents stay as they are. What was written while the memory rested is reported; what
 * was refused is not.
 */
@JCStressTest
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "refused")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "written before the free")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "written while it rested, and reported")
@State
public class CloseAndWrite {

  private static final MemoryManager MANAGER = Resting.resting(0);
  private static final Told TOLD = Told.of(MANAGER);

  private final Block block = Resting.filled(MANAGER);
  private final MemorySegment view = block.segment();
  private @Nullable Block next;

  @Actor
  public void close() {
    next = Resting.replaced(MANAGER, block);
  }

  @Actor
  public void write(III_Result r) {
    r.r1 = Resting.write(view);
  }

  @Arbiter
  public void look(III_Result r) {
    r.r2 = next == null ? 0 : Resting.closeIntact(next);
    // Tells what the clock would.
    MANAGER.purge();
    r.r3 = TOLD.take(block.id());
  }
}
