package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.ref.Reference;
import org.junit.jupiter.api.Test;

/**
 * Guarded blocks while the Java heap is full: they are freed all the same, and what their end needs
 * is done by the clock once there is room.
 */
class FullJavaHeapGuardsTest {

  @Test
  void noGuardIsLostAndNoFreeFails() throws Exception {
    FullJavaHeap.run(Full.class, "all pages came back");
  }

  /** What the child does. */
  static final class Full {

    private static final int ROUNDS = FullJavaHeap.POSITIONS;
    private static final int BLOCKS = 12;
    private static final int MOST_PIECES = 17;

    private Full() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      Engine engine =
          new Engine(
              "full",
              PageSources.named("linux"),
              new Sampler(SafetyMode.PARANOID, 1),
              BudgetLimits.unlimited(),
              Safety.of(SafetyMode.PARANOID));
      // Once with room, so that classes are loaded.
      round(engine, false);
      for (int i = 0; i < ROUNDS; i++) {
        round(engine, true);
      }
      engine.close();
      System.out.println("all pages came back");
    }

    private static void round(Engine engine, boolean full) {
      BudgetNode budget = engine.budgets().root();
      Block[] blocks = new Block[2 * BLOCKS];
      for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = budget.allocate(100);
      }
      assertThat(engine.snapshot().guardedBlocks()).isEqualTo(BLOCKS);
      Ballast ballast = full ? Ballast.fill() : null;
      try {
        for (int i = 0; i < BLOCKS; i++) {
          if (full) {
            // So that something finds room, and what comes after it does not.
            ballast =
                Ballast.lighten(Ballast.fillUp(ballast), (FullJavaHeap.FIRST + i) % MOST_PIECES);
          }
          blocks[BLOCKS + i] = allocate(budget);
          // An error here would end the test.
          blocks[i].close();
        }
      } finally {
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      for (int i = BLOCKS; i < blocks.length; i++) {
        if (blocks[i] != null) {
          blocks[i].close();
        }
      }
      // The second look at what was not ended, and one at what could not be sealed.
      engine.guards().tick();
      engine.guards().tick();
      MemorySnapshot snapshot = Invariants.check(engine);
      assertThat(snapshot.liveBlocks()).isZero();
      assertThat(snapshot.guardedBlocks()).isZero();
      assertThat(snapshot.guardBytes()).isZero();
      assertThat(snapshot.misuses()).isZero();
    }

    private static Block allocate(BudgetNode budget) {
      try {
        return budget.allocate(200);
      } catch (OutOfMemoryError e) {
        return null;
      }
    }
  }
}
