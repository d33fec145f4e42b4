package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.HeldHeaps;
import io.rmm.allocator.observe.Sampler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A process with one carrier: a virtual thread waits for the pool in its hold of a stripe, another
 * thread waits for that stripe under the lock of all heaps, and a second virtual thread, which has
 * native code on its stack and so keeps the carrier, for that lock. If the first had given its
 * carrier up to the second, none of them would ever go on.
 */
class LostCarrierTest {

  @Test
  void whoWaitsInAHoldKeepsItsCarrier() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            OneCarrier.class,
            List.of(
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("all went on");
  }

  /** What the child does. */
  static final class OneCarrier {

    /** For the second virtual thread to get the carrier, if the first gives it up. */
    private static final long MOST_NANOS_TO_GET_CARRIER = TimeUnit.SECONDS.toNanos(1);

    private static final long PATIENCE_MILLIS = 20_000;

    private final HookedSource source = new HookedSource();
    private final Engine engine =
        new Engine(
            "carrier", source, new Sampler(SafetyMode.STANDARD, 1 << 20), BudgetLimits.unlimited());
    private final BudgetNode budget = engine.budgets().root();
    private volatile boolean isMapping;
    private volatile boolean mayMap;
    private volatile boolean hasCarrier;
    private volatile @Nullable Throwable failure;

    private OneCarrier() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws InterruptedException {
      String holdUp = new OneCarrier().run();
      if (holdUp != null) {
        System.out.println(holdUp);
        // Those that hang are daemons, but for the one that would hold up the end.
        Runtime.getRuntime().halt(1);
      }
      System.out.println("all went on");
    }

    private @Nullable String run() throws InterruptedException {
      Block foreign = budget.allocate(64);
      Thread mapper = platform("mapper", () -> budget.allocate(4 << 20).close());
      Thread holder = virtual("holder", () -> budget.allocate(64).close());
      Thread revoker = platform("revoker", () -> budget.setLimits(BudgetLimits.hard(1L << 30)));
      Thread pinned = virtual("pinned", () -> fromNativeCode(foreign));

      source.beforeMap = this::waitToMap;
      mapper.start();
      await(() -> isMapping);
      holder.start();
      await(() -> HeldHeaps.isHolder(engine.heaps(), holder));
      revoker.start();
      await(() -> revoker.getState() == Thread.State.TIMED_WAITING);
      pinned.start();
      long start = System.nanoTime();
      await(
          () ->
              (hasCarrier && pinned.getState() == Thread.State.WAITING)
                  || System.nanoTime() - start > MOST_NANOS_TO_GET_CARRIER);
      mayMap = true;

      for (Thread thread : List.of(mapper, holder, revoker, pinned)) {
        thread.join(PATIENCE_MILLIS);
        if (thread.isAlive()) {
          return thread.getName() + " waits for ever: " + List.of(thread.getStackTrace());
        }
      }
      if (failure != null) {
        throw new AssertionError("a thread failed", failure);
      }
      assertThat(Invariants.check(engine).liveBlocks()).isZero();
      engine.close();
      return null;
    }

    private void waitToMap() {
      isMapping = true;
      await(() -> mayMap);
    }

    private void fromNativeCode(Block foreign) {
      SortInC inC = new SortInC();
      inC.whileAcquired =
          () -> {
            hasCarrier = true;
            foreign.close();
          };
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment numbers = arena.allocateFrom(ValueLayout.JAVA_INT, 2, 1);
        inC.sort(inC.qsort(), numbers);
        failure = inC.failure;
      } catch (Throwable e) {
        failure = e;
      }
    }

    private interface Condition {
      boolean holds();
    }

    private static void await(Condition condition) {
      while (!condition.holds()) {
        Thread.onSpinWait();
      }
    }

    private Thread platform(String name, Runnable task) {
      return Thread.ofPlatform().daemon().name(name).unstarted(caught(task));
    }

    private Thread virtual(String name, Runnable task) {
      return Thread.ofVirtual().name(name).unstarted(caught(task));
    }

    private Runnable caught(Runnable task) {
      return () -> {
        try {
          task.run();
        } catch (Throwable e) {
          failure = e;
        }
      };
    }
  }
}
