package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process whose Java heap is full, so that the kernel's own objects find no room: pages, cells,
 * tokens, handles. The caller gets the JVM's {@link OutOfMemoryError}, and all works on as soon as
 * there is room.
 *
 * <p>A handle for which there is no room costs its block, which then counts as live until the end;
 * hence as many as there were errors may be left.
 */
class FullJavaHeapTest {

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"STANDARD", "SAFE"})
  void theErrorIsThrownAndTheManagerWorksOn(SafetyMode mode) throws Exception {
    FullJavaHeap.run(Full.class, "worked on", mode);
  }

  /** What the child does. */
  static final class Full {

    private static final int ROUNDS = 2 * FullJavaHeap.POSITIONS;
    private static final int MOST_BLOCKS = 20_000;
    private static final int MOST_SEGMENTS = 5_000;

    private Full() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      Engine engine = FullJavaHeap.engine();
      @Nullable Block[] blocks = new Block[MOST_BLOCKS];
      // Once with room, so that classes are loaded.
      int errors = round(engine, blocks, false);
      assertThat(errors).isZero();
      arenas(engine, false);
      for (int i = 0; i < ROUNDS; i++) {
        errors += round(engine, blocks, true);
      }
      for (int i = 0; i < ROUNDS; i++) {
        arenas(engine, true);
      }
      MemorySnapshot end = engine.snapshot();
      assertThat(end.openArenas()).as("open arenas").isZero();
      assertThat(errors).as("errors").isGreaterThanOrEqualTo(ROUNDS);
      assertThat(end.liveBlocks()).as("lost blocks").isZero();
      Invariants.check(engine);
      engine.close();
      System.out.println("worked on after " + errors + " errors");
    }

    /** Allocates until there is no room, frees all of it, and returns the number of errors. */
    private static int round(Engine engine, @Nullable Block[] blocks, boolean full) {
      Ballast ballast = full ? Ballast.fill() : null;
      int count = 0;
      int errors = 0;
      try {
        while (count < blocks.length) {
          blocks[count] = engine.budgets().root().allocate(count % 7 == 0 ? 3_000 : 64);
          count++;
        }
      } catch (OutOfMemoryError e) {
        errors++;
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      for (int i = 0; i < count; i++) {
        Block block = blocks[i];
        blocks[i] = null;
        if (block != null) {
          block.segment().fill((byte) i);
          block.close();
        }
      }
      Invariants.check(engine);
      return errors;
    }

    /**
     * Fills arenas of all kinds until there is no room, and closes them while there is none: by the
     * thread that filled them, and the shared ones by another too, for which a heap must be made.
     * Once with room, so that the JDK has linked what closes its scopes.
     */
    private static void arenas(Engine engine, boolean full) {
      BudgetNode budget = engine.budgets().root();
      Arena[] arenas = {
        budget.openConfinedArena(),
        budget.openSharedArena(),
        budget.openDeferredArena(),
        budget.openSharedArena(),
        budget.openDeferredArena()
      };
      Stranger stranger = new Stranger(arenas, 2);
      stranger.start();
      Ballast ballast = full ? Ballast.fill() : null;
      int errors = 0;
      try {
        for (Arena arena : arenas) {
          errors += fill(arena);
        }
        stranger.mayClose = true;
        for (int i = 0; i < stranger.first; i++) {
          arenas[i].close();
        }
        while (stranger.isAlive()) {
          Thread.onSpinWait();
        }
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      // Not in each: the collector may have found some room meanwhile.
      assertThat(errors).isBetween(full ? 1 : 0, full ? arenas.length : 0);
      if (stranger.failure != null) {
        throw new AssertionError("a stranger could not close an arena", stranger.failure);
      }
      engine.tick();
      MemorySnapshot after = Invariants.check(engine);
      assertThat(after.liveBlocks()).as("blocks of arenas that were lost").isZero();
      assertThat(after.openArenas()).as("open arenas").isZero();
      assertThat(after.requestedBytes()).isZero();
    }

    /** Allocates until there is no room, and returns the number of errors. */
    private static int fill(Arena arena) {
      try {
        for (int i = 0; i < MOST_SEGMENTS; i++) {
          arena.allocate(3_000);
          arena.allocate(5_000);
        }
        return 0;
      } catch (OutOfMemoryError e) {
        return 1;
      }
    }

    /** Needs no room when it is let go: it only spins until then. */
    private static final class Stranger extends Thread {
      private final Arena[] arenas;
      final int first;
      volatile boolean mayClose;
      volatile @Nullable Throwable failure;

      Stranger(Arena[] arenas, int first) {
        this.arenas = arenas;
        this.first = first;
      }

      @Override
      public void run() {
        try {
          while (!mayClose) {
            Thread.onSpinWait();
          }
          for (int i = first; i < arenas.length; i++) {
            arenas[i].close();
          }
        } catch (Throwable e) {
          failure = e;
        }
      }
    }
  }
}
