package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A guarded block is closed while somebody reads through a stale view: it sees what was written
 * there, or is refused, and the process lives. For those blocks for which the guard budget has no
 * room, as other states hold it, poison comes between.
 */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "read before the free")
@Outcome(id = "2", expect = ACCEPTABLE, desc = "not guarded, and read while it rested")
@Outcome(id = "3", expect = ACCEPTABLE, desc = "not guarded, and refused")
@Outcome(id = "5", expect = ACCEPTABLE, desc = "refused by the guard")
@State
public class GuardedCloseAndRead {

  private static final MemoryManager MANAGER = Resting.guarded();

  private final Block block = Resting.filled(MANAGER);
  private final MemorySegment view = block.segment();

  @Actor
  public void close() {
    block.close();
  }

  @Actor
  public void read(I_Result r) {
    r.r1 = Resting.look(view);
  }
}
