package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A full Java heap when the clock wants to end the rest of slots that were freed by address, with a
 * thread that has no heap yet: they rest on, and none is lost.
 */
class FullJavaHeapRestsTest {

  @Test
  void slotsRestUntilThereIsRoom() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(Full.class, List.of("-Xmx48m", "-XX:+UseSerialGC", "-Xlog:disable"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("worked on");
  }

  /** What the child does. */
  static final class Full {

    /** More than may rest. */
    private static final int BLOCKS = 100;

    private static final int ROUNDS = 3;

    private Full() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
      Engine engine =
          new Engine(
              "full",
              PageSources.named("linux"),
              new Sampler(SafetyMode.STANDARD, 1 << 12),
              BudgetLimits.unlimited());
      // Once with room, so that classes are loaded.
      round(engine, false);
      for (int i = 0; i < ROUNDS; i++) {
        round(engine, true);
      }
      engine.close();
      System.out.println("worked on");
    }

    private static void round(Engine engine, boolean full) throws InterruptedException {
      long[] addresses = new long[BLOCKS];
      for (int i = 0; i < BLOCKS; i++) {
        addresses[i] = engine.budgets().root().allocate(64 << (i % 8)).detach();
      }
      for (long address : addresses) {
        engine.unusualFrees().free(address);
      }
      Ticker ticker = new Ticker(engine);
      ticker.start();
      Ballast ballast = full ? Ballast.fill() : null;
      try {
        ticker.mayTick = true;
        while (!ticker.hasTicked) {
          Thread.onSpinWait();
        }
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      ticker.join();
      assertThat(ticker.failure).isNull();
      assertThat(engine.detached().resting()).isEqualTo(full ? 64 : 0);
      engine.purge();
      assertThat(engine.detached().resting()).isZero();
      assertThat(Invariants.check(engine).committedBytes()).as("slots that were lost").isZero();
    }

    /** Needs no room when it is let go: it only spins until then. */
    private static final class Ticker extends Thread {
      private final Engine engine;
      volatile boolean mayTick;
      volatile boolean hasTicked;
      volatile @Nullable Throwable failure;

      Ticker(Engine engine) {
        this.engine = engine;
      }

      @Override
      public void run() {
        while (!mayTick) {
          Thread.onSpinWait();
        }
        try {
          engine.unusualFrees().endRests();
        } catch (Throwable e) {
          failure = e;
        }
        hasTicked = true;
      }
    }
  }
}
