package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A block is laid to rest while somebody ends all rests. Whether it is ended by that purge or by
 * the next, until then its view sees poison, and after that nothing.
 *
 * <p>The quarantine is so small that each block has a batch of its own: nothing but its own free
 * decides when it may end.
 */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "it rests, and is ended by the next purge")
@Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "it is ended by the very purge")
@State
public class RestingAndPurge {

  /** Room for a dozen blocks; a sixteenth of it, the most of a batch, has none for two. */
  private static final MemoryManager MANAGER = Resting.resting(1_024);

  /** Another thread may be about to end it, and have lost its processor. */
  private static final long MOST_NANOS = 10_000_000_000L;

  private final Block block = Resting.filled(MANAGER);
  private final MemorySegment view = block.segment();

  @Actor
  public void close() {
    block.close();
  }

  @Actor
  public void purge() {
    MANAGER.purge();
  }

  @Arbiter
  public void look(II_Result r) {
    r.r1 = Resting.look(view);
    long start = System.nanoTime();
    int seen;
    do {
      MANAGER.purge();
      seen = Resting.look(view);
    } while (seen == Resting.POISONED && System.nanoTime() - start < MOST_NANOS);
    r.r2 = seen == Resting.REFUSED ? 1 : 0;
  }
}
