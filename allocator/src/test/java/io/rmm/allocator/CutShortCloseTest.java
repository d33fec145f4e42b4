package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Confined arenas whose close is cut short by the end of the stack after their scope was closed:
 * the clock frees what they held, the first region too, which no list has.
 *
 * <p>In a process in which what comes before that point is compiled, and takes little of the stack,
 * and what comes after it is not.
 */
class CutShortCloseTest {

  @Test
  void theClockDoesTheRest() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            Closing.class,
            List.of(
                "-Xbatch",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=exclude,io.rmm.allocator.Arena*::*",
                "-XX:CompileCommand=exclude,io.rmm.allocator.ConfinedArena::*",
                "-XX:CompileCommand=exclude,io.rmm.allocator.heap.BudgetCell::count*"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("all went back");
  }

  /** What the child does. */
  static final class Closing {

    /** Little, so that the end comes soon. */
    private static final long STACK_BYTES = 256 << 10;

    /** From none to more than a close needs. */
    private static final int MOST_FRAMES = 40;

    /** So many that there is room for everything. */
    private static final int ROOMY_FRAMES = 1_000;

    /** Until the JVM compiles. */
    private static final int WARM_UPS = 20_000;

    /** Without a clock, which would do what was left over when it likes. */
    private final Engine engine =
        new Engine(
            "cut-short",
            PageSources.named("linux"),
            new Sampler(SafetyMode.STANDARD, 1 << 20),
            BudgetLimits.unlimited());

    private final BudgetNode budget = engine.budgets().root();

    private Closing() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
      Closing closing = new Closing();
      closing.warmUp();
      assertThat(closing.close(ROOMY_FRAMES, 0)).isFalse();
      assertThat(closing.close(ROOMY_FRAMES, 1)).isFalse();
      int overflows = 0;
      for (int frames = 0; frames < MOST_FRAMES; frames++) {
        // With and without blocks beside the region.
        for (int blocks = 0; blocks < 2; blocks++) {
          overflows += closing.close(frames, blocks) ? 1 : 0;
        }
      }
      assertThat(overflows).isPositive();
      closing.engine.close();
      System.out.println("all went back");
    }

    private void warmUp() {
      for (int i = 0; i < WARM_UPS; i++) {
        budget.allocate(64).close();
        try (var _ = Arena.ofConfined()) {
          // Opened and closed.
        }
      }
    }

    private boolean close(int frames, int blocks) throws Exception {
      boolean[] overflowed = new boolean[1];
      AtomicReference<@Nullable Page> page = new AtomicReference<>();
      Thread thread =
          Thread.ofPlatform()
              .stackSize(STACK_BYTES)
              .start(
                  () -> {
                    ConfinedArena arena = openWithRegion();
                    page.set(arena.page);
                    for (int i = 0; i < blocks; i++) {
                      arena.allocate(5_000);
                    }
                    overflowed[0] = Descent.overflows(frames, arena::close);
                    if (arena.scope().isAlive()) {
                      // It was refused as a whole.
                      arena.close();
                    }
                  });
      thread.join();
      engine.tick();
      // Even the slot that was at hand when the stack ended does not stand as a live block's.
      assertThat(Arrays.stream(page.get().ids).max().orElseThrow())
          .as("%d frames, %d blocks", frames, blocks)
          .isNotPositive();
      MemorySnapshot after = engine.snapshot();
      assertThat(after.openArenas()).as("%d frames, %d blocks", frames, blocks).isZero();
      assertThat(after.requestedBytes()).as("%d frames, %d blocks", frames, blocks).isZero();
      return overflowed[0];
    }

    /** Opens an arena with a region: what is needed is known, and a slot is at hand. */
    private ConfinedArena openWithRegion() {
      for (int i = 0; i < 2; i++) {
        try (Arena before = budget.openConfinedArena()) {
          before.allocate(64);
        }
      }
      ConfinedArena arena = (ConfinedArena) budget.openConfinedArena();
      arena.allocate(64);
      return arena;
    }
  }
}
