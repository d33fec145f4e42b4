package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.heap.SlotStates;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.ref.Reference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A full Java heap while the clock has something to do: what finds no room now is done when the
 * clock ticks next.
 */
class FullJavaHeapClockTest {

  @Test
  void slotsFreedByAddressGoOnResting() throws Exception {
    FullJavaHeap.run(Rests.class, "rested");
  }

  @Test
  void everyLeakIsToldAtLast() throws Exception {
    FullJavaHeap.run(Leaks.class, "told");
  }

  /** What the first child does. */
  static final class Rests {

    private static final int BLOCKS = 10;

    private Rests() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
      Engine engine = FullJavaHeap.engine();
      // Once with room, so that classes are loaded.
      endRests(engine, freeByAddress(engine), false);
      assertThat(engine.detached().resting()).isZero();

      long[] addresses = freeByAddress(engine);
      endRests(engine, addresses, true);
      assertThat(engine.detached().resting()).as("resting").isEqualTo(BLOCKS);
      for (long address : addresses) {
        assertThatThrownBy(() -> engine.free(address))
            .isInstanceOfSatisfying(
                MemoryMisuseException.class,
                e -> assertThat(e.report().kind()).isEqualTo(MisuseKind.DOUBLE_FREE));
      }

      engine.unusualFrees().endRests();
      assertThat(engine.detached().resting()).isZero();
      SlotStates.check(engine.heaps(), engine.pool(), 0, 0);
      engine.purge();
      assertThat(engine.snapshot().committedBytes()).isZero();
      engine.close();
      System.out.println("rested");
    }

    private static long[] freeByAddress(Engine engine) {
      long[] addresses = new long[BLOCKS];
      for (int i = 0; i < BLOCKS; i++) {
        addresses[i] = engine.budgets().root().allocate(100L * i).detach();
      }
      for (long address : addresses) {
        engine.free(address);
      }
      return addresses;
    }

    /** Ends the rests in a new thread, for which a heap must be made, and finds no room if full. */
    private static void endRests(Engine engine, long[] addresses, boolean full)
        throws InterruptedException {
      assertThat(engine.detached().resting()).isEqualTo(addresses.length);
      Stranger stranger = new Stranger(engine);
      stranger.start();
      Ballast ballast = full ? Ballast.fill() : null;
      try {
        stranger.mayEnd = true;
        while (!stranger.isDone) {
          Thread.onSpinWait();
        }
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      stranger.join();
      if (stranger.failure != null) {
        throw new AssertionError("the clock would miss the rest of its tick", stranger.failure);
      }
    }

    /** Needs no room when it is let go: it only spins until then. */
    private static final class Stranger extends Thread {
      private final Engine engine;
      volatile boolean mayEnd;
      volatile boolean isDone;
      volatile @Nullable Throwable failure;

      Stranger(Engine engine) {
        this.engine = engine;
      }

      @Override
      public void run() {
        while (!mayEnd) {
          Thread.onSpinWait();
        }
        try {
          engine.unusualFrees().endRests();
        } catch (Throwable e) {
          failure = e;
        }
        isDone = true;
      }
    }
  }

  /** What the second child does. */
  static final class Leaks {

    private static final int BLOCKS = 20;

    private Leaks() {}

    /** Counts what it is told. */
    private static final class Ear implements MemoryListener {
      private int leaks;

      @Override
      public void onLeak(LeakSuspect suspect) {
        leaks++;
      }
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      Engine engine =
          new Engine(
              "leaks",
              PageSources.named("linux"),
              new Sampler(SafetyMode.PARANOID, 1),
              BudgetLimits.unlimited());
      Ear ear = new Ear();
      engine.listeners().add(ear);
      // Once with room, so that classes are loaded.
      leakAndLook(engine, false);
      awaitLeaks(engine, ear, BLOCKS);
      leakAndLook(engine, true);
      assertThat(engine.snapshot().leakSuspects()).as("found").isGreaterThan(BLOCKS);
      awaitLeaks(engine, ear, 2 * BLOCKS);
      engine.close();
      System.out.println("told");
    }

    private static void leakAndLook(Engine engine, boolean full) {
      for (int i = 0; i < BLOCKS; i++) {
        Block _ = engine.budgets().root().allocate(64);
      }
      // The collector runs often in this, and finds that nobody can reach the blocks any more.
      Ballast ballast = full ? Ballast.fill() : null;
      try {
        engine.observer().findUnreachable();
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
    }

    private static void awaitLeaks(Engine engine, Ear ear, int leaks) {
      Awaitility.await()
          .until(
              () -> {
                System.gc();
                engine.observer().findUnreachable();
                return engine.snapshot().leakSuspects() == leaks;
              });
      // Tells the news in this thread.
      engine.purge();
      assertThat(ear.leaks).as("told").isEqualTo(leaks);
    }
  }
}
