package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Arenas that are closed some frames before the end of the stack, by threads that have no heap yet
 * and for which one must be made: at some distance from the end the close is refused, at another
 * its parts fail. No list of blocks is lost, wherever the stack ends; one slot may be.
 */
class LittleStackArenaTest {

  /** Little, so that the end comes soon, but more than the frames below need. */
  private static final long STACK_BYTES = 512 << 10;

  /** From no frame to more than twice those that {@code StackRoom} looks for. */
  private static final int MOST_FRAMES = 1_000;

  /** Not 1, which would take too long; odd, since frames of two kinds alternate. */
  private static final int FRAMES_STEP = 7;

  /** A confined arena looks for no room, and needs that of few frames. */
  private static final int MOST_CONFINED_FRAMES = 300;

  /** So many that there is room for everything. */
  private static final int ROOMY_FRAMES = 1_500;

  /** Each has a block of its own. */
  private static final int SEGMENTS = 8;

  private static final int SEGMENT_BYTES = 5_000;

  /** Arenas whose blocks are more than what makes a batch full, 1 MiB. */
  private static final int BATCH = 30;

  /** Without a clock, which would do what was left over when it likes. */
  private final Engine engine =
      new Engine(
          "little-stack",
          PageSources.named("linux"),
          new Sampler(SafetyMode.STANDARD, 1 << 20),
          BudgetLimits.hard(1L << 30));

  private final BudgetNode budget = engine.budgets().root();

  private Arena open(String kind) {
    return kind.equals("shared") ? budget.openSharedArena() : budget.openDeferredArena();
  }

  private static void fill(Arena arena) {
    for (int i = 0; i < SEGMENTS; i++) {
      arena.allocate(SEGMENT_BYTES);
    }
  }

  /** Returns the arenas to close: for the kind "batch" so many that bytes make one full. */
  private List<Arena> openAll(String kind) {
    List<Arena> arenas = new ArrayList<>();
    for (int i = 0; i < (kind.equals("batch") ? BATCH : 1); i++) {
      Arena arena = open(kind);
      fill(arena);
      arenas.add(arena);
    }
    return arenas;
  }

  private static void closeAll(List<Arena> arenas) {
    for (Arena arena : arenas) {
      try {
        arena.close();
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("Already closed");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"shared", "deferred", "batch"})
  void noListOfBlocksIsLost(String kind) throws Exception {
    // First with room, so that classes are loaded and calls linked.
    closeNearTheEnd(kind, ROOMY_FRAMES);
    int overflows = 0;
    for (int frames = 0; frames < MOST_FRAMES; frames += FRAMES_STEP) {
      overflows += closeNearTheEnd(kind, frames) ? 1 : 0;
      MemorySnapshot after = engine.snapshot();
      assertThat(after.liveBlocks()).as("%d frames", frames).isBetween(0L, (long) overflows);
      assertThat(after.openArenas()).as("%d frames", frames).isBetween(0L, (long) overflows);
    }
    assertThat(overflows).isPositive();
    engine.close();
  }

  private boolean closeNearTheEnd(String kind, int frames) throws Exception {
    List<Arena> arenas = openAll(kind);
    boolean[] overflowed = new boolean[1];
    run(() -> overflowed[0] = Descent.overflows(frames, () -> arenas.forEach(Arena::close)));
    // What was refused as a whole is done now, and what failed in part is gone on with.
    closeAll(arenas);
    engine.tick();
    return overflowed[0];
  }

  /** A confined arena is closed by its own thread, which has a heap. */
  @Test
  void noListOfAConfinedArenaIsLost() throws Exception {
    closeConfinedNearTheEnd(ROOMY_FRAMES);
    int overflows = 0;
    for (int frames = 0; frames < MOST_CONFINED_FRAMES; frames++) {
      overflows += closeConfinedNearTheEnd(frames) ? 1 : 0;
      MemorySnapshot after = engine.snapshot();
      assertThat(after.liveBlocks()).as("%d frames", frames).isBetween(0L, (long) overflows);
      assertThat(after.openArenas()).as("%d frames", frames).isZero();
      assertThat(after.requestedBytes()).as("%d frames", frames).isZero();
    }
    assertThat(overflows).isPositive();
    engine.close();
  }

  private boolean closeConfinedNearTheEnd(int frames) throws Exception {
    boolean[] overflowed = new boolean[1];
    run(
        () -> {
          Arena arena = budget.openConfinedArena();
          fill(arena);
          overflowed[0] = Descent.overflows(frames, arena::close);
          closeAll(List.of(arena));
        });
    engine.tick();
    return overflowed[0];
  }

  private static void run(Runnable body) throws Exception {
    Thread thread = new Thread(null, body, "little-stack", STACK_BYTES);
    thread.start();
    thread.join();
  }
}
