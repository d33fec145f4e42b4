package io.rmm.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A manager is closed while somebody allocates: the block dies with it, or there is none. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "allocated, and dead with the manager")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "refused")
@State
public class ManagerCloseAndAllocate {

  private final MemoryManager manager =
      MemoryManager.builder().name("ending").discoverViews(false).build();
  private @Nullable Block block;

  @Actor
  public void close() {
    manager.close();
  }

  @Actor
  public void allocate(II_Result r) {
    try {
      block = manager.allocate(Racing.SMALL);
      r.r1 = 1;
    } catch (IllegalStateException e) {
      r.r1 = 0;
    }
  }

  @Arbiter
  public void look(II_Result r) {
    boolean dead = block == null || (!block.isAlive() && isRefused(block::close));
    r.r2 = dead && isRefused(() -> manager.allocate(Racing.SMALL)) ? 1 : 0;
  }

  /** A double free it is not, since nobody has freed: the manager was closed. */
  private static boolean isRefused(Runnable act) {
    try {
      act.run();
      return false;
    } catch (MemoryMisuseException e) {
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
