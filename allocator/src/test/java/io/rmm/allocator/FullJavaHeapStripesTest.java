package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.HeldHeaps;
import io.rmm.allocator.heap.ThreadHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Virtual threads that get another stripe amid a free than they had before, while the Java heap has
 * no room for what that stripe needs to count for the budget. What cannot be done is as if it had
 * not been tried, and is done at the next try.
 */
class FullJavaHeapStripesTest {

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"STANDARD", "SAFE"})
  void aBlockWhoseFreeFindsNoRoomIsNotLost(SafetyMode mode) throws Exception {
    FullJavaHeap.run(Full.class, "lost nothing", mode);
  }

  /** What the child does. */
  static final class Full {

    /** The collector may find some room after all; but not as often as that. */
    private static final int MOST_ROUNDS = 10;

    /** What stands in the way of an act, and can be held. */
    private interface Obstacle {
      void hold(Block block, Runnable meanwhile);
    }

    private final Engine engine = FullJavaHeap.engine();
    private int budgets;
    private long detachedAddress;

    private Full() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
      Full full = new Full();
      full.untilNoRoom("close", Block::close, full::holdUpClose);
      full.untilNoRoom("free", full::freeByAddress, full::holdUpFree);
      full.untilNoRoom("detach", full::detachAndFree, full::holdUpDetach);
      Invariants.check(full.engine);
      full.engine.close();
      System.out.println("lost nothing");
    }

    private void holdUpClose(Block block, Runnable meanwhile) {
      Object handles = engine.shares().byBlock.get(block.id());
      synchronized (handles) {
        meanwhile.run();
      }
    }

    private void freeByAddress(Block block) {
      engine.free(engine.detached().byAddress.keySet().iterator().next());
    }

    private void holdUpFree(Block block, Runnable meanwhile) {
      synchronized (engine.detached()) {
        meanwhile.run();
      }
    }

    private void detachAndFree(Block block) {
      if (block.isAlive()) {
        detachedAddress = block.detach();
      }
      engine.free(detachedAddress);
    }

    /** Holds the bin of the map that the block would come into. */
    private void holdUpDetach(Block block, Runnable meanwhile) {
      // No assertion in here, where there is no room for one.
      var _ =
          engine
              .detached()
              .byAddress
              .computeIfAbsent(
                  block.address(),
                  _ -> {
                    meanwhile.run();
                    return null;
                  });
    }

    private void untilNoRoom(String name, Consumer<Block> act, Obstacle obstacle)
        throws InterruptedException {
      // Once with room, so that classes are loaded.
      assertThat(findsNoRoom(name, act, obstacle, false)).isFalse();
      int rounds = 1;
      while (!findsNoRoom(name, act, obstacle, true)) {
        assertThat(rounds++).as("rounds of %s without an error", name).isLessThan(MOST_ROUNDS);
      }
    }

    /** Lets a thread try {@code act}, and again where it failed; returns whether it did. */
    private boolean findsNoRoom(String name, Consumer<Block> act, Obstacle obstacle, boolean full)
        throws InterruptedException {
      // In a budget of its own, which no stripe but the thread's knows.
      BudgetNode budget =
          (BudgetNode) engine.budgets().root().child(name + budgets++, BudgetLimits.unlimited());
      Freer freer = new Freer(budget, name, act);
      Thread thread = Thread.ofVirtual().start(freer);
      awaitStep(freer, 1);
      Way way = new Way(engine, freer, thread, full);
      obstacle.hold(freer.block, way);
      awaitStep(freer, 2);
      way.clear();
      freer.mayRetry = true;
      thread.join();
      if (freer.failure != null) {
        throw new AssertionError("could not " + name + " at last", freer.failure);
      }
      engine.unusualFrees().endRests();
      assertThat(Invariants.check(engine).liveBlocks()).as("lost blocks").isZero();
      return freer.foundNoRoom;
    }

    private static void awaitStep(Freer freer, int step) {
      while (freer.step < step && freer.failure == null) {
        Thread.onSpinWait();
      }
    }

    /** What happens while the freer is held up: it loses its stripe, and the Java heap fills. */
    private static final class Way implements Runnable {

      private final Engine engine;
      private final Freer freer;
      private final Thread thread;
      private final boolean full;
      private @Nullable ThreadHeap stripe;

      @SuppressWarnings("UnusedVariable") // what it holds is what counts
      private @Nullable Ballast ballast;

      Way(Engine engine, Freer freer, Thread thread, boolean full) {
        this.engine = engine;
        this.freer = freer;
        this.thread = thread;
        this.full = full;
      }

      @Override
      public void run() {
        freer.mayTry = true;
        // It has native code on its stack, and so keeps its carrier, whose state this is.
        while (thread.getState() != Thread.State.BLOCKED) {
          Thread.onSpinWait();
        }
        stripe = HeldHeaps.hold(engine.heaps(), thread);
        ballast = full ? Ballast.fill() : null;
      }

      void clear() {
        ballast = null;
        stripe.leave();
      }
    }

    /**
     * Has native code on its stack all the time, so that it goes on without a scheduler, which
     * might find no room.
     */
    private static final class Freer implements Runnable {

      private final BudgetNode budget;
      private final String name;
      private final Consumer<Block> act;
      private Block block;
      private boolean foundNoRoom;
      volatile int step;
      volatile boolean mayTry;
      volatile boolean mayRetry;
      volatile @Nullable Throwable failure;

      Freer(BudgetNode budget, String name, Consumer<Block> act) {
        this.budget = budget;
        this.name = name;
        this.act = act;
      }

      @Override
      public void run() {
        SortInC inC = new SortInC();
        inC.whileAcquired = this::freeAtLast;
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment numbers = arena.allocateFrom(ValueLayout.JAVA_INT, 2, 1);
          inC.sort(inC.qsort(), numbers);
          failure = inC.failure;
        } catch (Throwable e) {
          failure = e;
        }
      }

      private void freeAtLast() {
        block = budget.allocate(64);
        if (name.equals("close")) {
          block.share().close();
        } else if (name.equals("free")) {
          long _ = block.detach();
        }
        step = 1;
        while (!mayTry) {
          Thread.onSpinWait();
        }
        try {
          act.accept(block);
        } catch (OutOfMemoryError e) {
          foundNoRoom = true;
        }
        step = 2;
        while (!mayRetry) {
          Thread.onSpinWait();
        }
        if (foundNoRoom) {
          act.accept(block);
        }
      }
    }
  }
}
