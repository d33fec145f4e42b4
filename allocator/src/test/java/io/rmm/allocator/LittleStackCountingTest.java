package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.HeldHeaps;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What arenas count within a hold, done some frames before the end of the stack: wherever it ends,
 * the hold ends with it, and what is counted is what succeeded. A stripe that stayed held would
 * stop every virtual thread that comes upon it, for ever.
 *
 * <p>In a process that interprets, where it can be told which call has room for which: where some
 * is compiled, there may be none for the call that ends the hold.
 */
class LittleStackCountingTest {

  @Test
  void noHoldIsLeftAndNothingIsCountedInVain() throws Exception {
    ChildJvm.Result result = ChildJvm.run(Counting.class, List.of("-Xint"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("counted well");
  }

  /** What the child does. */
  static final class Counting {

    /** Little, so that the end comes soon; virtual threads have what their carriers have. */
    private static final long STACK_BYTES = 256 << 10;

    /** From none to more than any of the acts needs. */
    private static final int MOST_FRAMES = 30;

    /** So many that there is room for everything. */
    private static final int ROOMY_FRAMES = 1_000;

    /** Ways to begin an act between two frames. */
    private static final int PADDINGS = 4;

    private static final long BYTES = 10;

    private final boolean virtual;

    /** Whether each act is on a budget that its thread has not come upon yet. */
    private final boolean fresh;

    private final Engine engine;
    private final BudgetNode root;
    private int runs;
    private int successes;

    private Counting(boolean virtual, boolean fresh) {
      this.virtual = virtual;
      this.fresh = fresh;
      // Without a clock, which would do what was left over when it likes.
      this.engine =
          new Engine(
              "little-stack",
              PageSources.named("linux"),
              new Sampler(SafetyMode.STANDARD, 1 << 20),
              BudgetLimits.unlimited());
      this.root = engine.budgets().root();
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
      for (boolean virtual : List.of(false, true)) {
        for (boolean fresh : List.of(false, true)) {
          new Counting(virtual, fresh).openings();
          new Counting(virtual, fresh).openingsThatAreUndone();
          new Counting(virtual, fresh).requestedBytes();
        }
        new Counting(virtual, false).segmentsOfASharedArena();
      }
      System.out.println("counted well");
    }

    private void openings() throws Exception {
      everywhere(budget -> budget.arenaCounters().countOpened());
      assertThat(engine.snapshot().openArenas()).isEqualTo(successes);
      engine.close();
    }

    private void openingsThatAreUndone() throws Exception {
      int opened = 1_000;
      for (int i = 0; i < opened; i++) {
        root.arenaCounters().countOpened();
      }
      everywhere(budget -> budget.arenaReclaimer().undoOpen(null, -1, 0));
      // Those that overflowed too, except where not even the method was entered.
      assertThat(engine.snapshot().openArenas())
          .isBetween((long) opened - runs, (long) opened - successes);
      engine.close();
    }

    private void requestedBytes() throws Exception {
      // Used bytes, so that the requested ones are not held down to them.
      root.allocate(60_000);
      everywhere(budget -> budget.arenaCounters().countRequested(BYTES));
      assertThat(engine.snapshot().requestedBytes())
          .isEqualTo(60_000 + (fresh ? runs : 0) + successes * BYTES);
      engine.close();
    }

    private void segmentsOfASharedArena() throws Exception {
      Arena arena = root.openSharedArena();
      // So that there is a region with room for all.
      for (int i = 0; i < 10; i++) {
        arena.allocate(ArenaRegions.MAX_SMALL_BYTES);
      }
      everywhere(_ -> arena.allocate(1));
      arena.close();
      MemorySnapshot end = Invariants.check(engine);
      assertThat(end.requestedBytes()).isZero();
      assertThat(end.openArenas()).isZero();
      engine.close();
    }

    /** Does {@code act} at all distances from the end of the stack. */
    private void everywhere(Consumer<BudgetNode> act) throws Exception {
      // First with room, so that classes are loaded and calls linked.
      withAllPaddings(ROOMY_FRAMES, act);
      assertThat(successes).isEqualTo(runs);
      for (int frames = 0; frames < MOST_FRAMES; frames++) {
        withAllPaddings(frames, act);
      }
      assertThat(successes).isBetween(PADDINGS + 1, runs - 1);
      engine.tick();
    }

    private void withAllPaddings(int frames, Consumer<BudgetNode> act) throws Exception {
      for (int i = 0; i < PADDINGS; i++) {
        int padding = i;
        once(frames, budget -> pad(padding, () -> act.accept(budget)));
      }
    }

    private void once(int frames, Consumer<BudgetNode> act) throws Exception {
      BudgetNode budget =
          fresh ? engine.budgets().add(root, "budget" + runs, BudgetLimits.unlimited()) : root;
      if (fresh) {
        // With the heap of this thread, so that the budget has used bytes.
        budget.allocate(1);
      }
      boolean[] overflowed = new boolean[1];
      Runnable body =
          () -> {
            // So that the thread has a heap.
            root.allocate(1).close();
            overflowed[0] = Descent.overflows(frames, () -> act.accept(budget));
          };
      Thread thread =
          virtual
              ? Thread.ofVirtual().start(body)
              : Thread.ofPlatform().stackSize(STACK_BYTES).start(body);
      thread.join();
      assertThat(HeldHeaps.any(engine.heaps())).as("held, %d frames", frames).isFalse();
      runs++;
      successes += overflowed[0] ? 0 : 1;
    }

    /** Runs {@code act} a part of a frame deeper. */
    private static void pad(int padding, Runnable act) {
      switch (padding) {
        case 0 -> act.run();
        case 1 -> pad1(act, 1, 2);
        case 2 -> pad2(act, 1, 2, 3, 4);
        default -> pad3(act, 1, 2, 3, 4, 5, 6);
      }
    }

    @SuppressWarnings("UnusedVariable") // for their place on the stack
    private static void pad1(Runnable act, long a, long b) {
      act.run();
    }

    @SuppressWarnings("UnusedVariable") // for their place on the stack
    private static void pad2(Runnable act, long a, long b, long c, long d) {
      act.run();
    }

    @SuppressWarnings("UnusedVariable") // for their place on the stack
    private static void pad3(Runnable act, long a, long b, long c, long d, long e, long f) {
      act.run();
    }
  }
}
