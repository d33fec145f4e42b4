package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** A listener that wants to hear of every block hears of every block. */
class TracingTest {

  private record Told(String budget, long requestedBytes, long blockBytes) {}

  private record Free(long id, String budget, long blockBytes, boolean byOwner, FreeCause cause) {}

  /** Keeps all that it is told. */
  private static final class Tracer implements MemoryListener {

    volatile boolean tracing = true;
    final Map<Long, Told> allocations = new ConcurrentHashMap<>();
    final Queue<Free> frees = new ConcurrentLinkedQueue<>();

    @Override
    public boolean isTracing() {
      return tracing;
    }

    @Override
    public void onAllocation(long blockId, String budget, long requestedBytes, long blockBytes) {
      allocations.put(blockId, new Told(budget, requestedBytes, blockBytes));
    }

    @Override
    public void onFree(
        long blockId, String budget, long blockBytes, boolean byOwner, FreeCause cause) {
      frees.add(new Free(blockId, budget, blockBytes, byOwner, cause));
    }
  }

  private final Tracer tracer = new Tracer();

  private MemoryManager manager() {
    return MemoryManager.builder().name("traced").discoverViews(false).listener(tracer).build();
  }

  /** Waits until the clock has noticed what the tracer wants. */
  private void awaitTracing(Budget budget, boolean on) {
    await()
        .until(
            () -> {
              try (Block block = budget.allocate(48)) {
                return tracer.allocations.containsKey(block.id()) == on;
              }
            });
    tracer.allocations.clear();
    tracer.frees.clear();
  }

  @Test
  void eachWayToFreeIsTold() throws Exception {
    try (MemoryManager manager = manager()) {
      Budget budget = manager.rootBudget().child("tenant", BudgetLimits.unlimited());
      awaitTracing(budget, true);
      String path = budget.path();

      Block closed = budget.allocate(100);
      assertThat(tracer.allocations.get(closed.id())).isEqualTo(new Told(path, 100, 112));
      closed.close();
      assertThat(tracer.frees)
          .containsExactly(new Free(closed.id(), path, 112, true, FreeCause.CLOSE));
      tracer.frees.clear();

      Block shared = budget.allocate(3 << 20);
      Block other = shared.share();
      shared.close();
      assertThat(tracer.frees).isEmpty();
      Thread.ofVirtual().start(other::close).join();
      assertThat(tracer.frees)
          .containsExactly(new Free(shared.id(), path, 3 << 20, false, FreeCause.CLOSE));
      tracer.frees.clear();

      Block detached = budget.allocate(1);
      manager.free(detached.detach());
      assertThat(tracer.frees)
          .extracting(Free::id, Free::cause)
          .containsExactly(tuple(detached.id(), FreeCause.ADDRESS));
      tracer.frees.clear();

      Block small = budget.allocate(1_000);
      Block same = small.resize(1_001);
      Block moved = same.resize(10_000);
      moved.close();
      assertThat(tracer.frees)
          .extracting(Free::id)
          .containsExactly(small.id(), same.id(), moved.id());
      assertThat(tracer.allocations).containsKeys(small.id(), same.id(), moved.id());
      tracer.frees.clear();

      for (Arena arena :
          List.of(
              budget.openConfinedArena(), budget.openSharedArena(), budget.openDeferredArena())) {
        var _ = arena.allocate(100_000);
        arena.close();
      }
      await().until(() -> tracer.frees.size() >= 3);
      assertThat(tracer.frees).extracting(Free::cause).containsOnly(FreeCause.ARENA);
    }
    assertThat(tracer.frees).extracting(Free::id).allMatch(tracer.allocations::containsKey);
  }

  @Test
  void everyBlockOfEveryThreadIsToldAndNoneAfterwards() throws Exception {
    try (MemoryManager manager = manager()) {
      Budget budget = manager.rootBudget();
      awaitTracing(budget, true);
      // A thread whose counters were marked while it ran, and one that is new.
      int blocks = 20_000;
      Runnable work =
          () -> {
            for (int i = 0; i < blocks; i++) {
              budget.allocate(1 + i % 5_000).close();
            }
          };
      Thread platform = Thread.ofPlatform().start(work);
      Thread virtual = Thread.ofVirtual().start(work);
      work.run();
      platform.join();
      virtual.join();
      assertThat(tracer.allocations).hasSize(3 * blocks);
      assertThat(tracer.frees).hasSize(3 * blocks);
      assertThat(tracer.frees).extracting(Free::id).doesNotHaveDuplicates();

      tracer.tracing = false;
      awaitTracing(budget, false);
      work.run();
      assertThat(tracer.allocations).isEmpty();
      assertThat(tracer.frees).isEmpty();

      tracer.tracing = true;
      awaitTracing(budget, true);
      manager.removeListener(tracer);
      work.run();
      assertThat(tracer.allocations).isEmpty();
      assertThat(tracer.frees).isEmpty();
    }
  }

  /**
   * Tracing takes the branch that sampling hangs on, which must go on as before. With a fixed seed,
   * and a clock of the test's own.
   */
  @Test
  void samplesGoOnEstimatingWhatIsAllocated() {
    RandomGenerator chance = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    Engine engine =
        new Engine(
            "sampled",
            PageSources.named("auto"),
            new Sampler(SafetyMode.STANDARD, 64 << 10, chance::nextDouble),
            BudgetLimits.unlimited());
    AtomicLong estimate = new AtomicLong();
    AtomicLong samples = new AtomicLong();
    engine
        .listeners()
        .add(
            new MemoryListener() {
              @Override
              public void onSample(AllocationSample sample) {
                estimate.addAndGet(sample.weight());
                samples.incrementAndGet();
              }
            });
    engine.listeners().add(tracer);
    Budget budget = engine.budgets().root();
    for (boolean tracing : new boolean[] {false, true, false}) {
      tracer.tracing = tracing;
      engine.tick();
      tracer.allocations.clear();
      estimate.set(0);
      samples.set(0);
      long before = engine.snapshot().allocatedBytes();
      int blocks = 100_000;
      for (int i = 0; i < blocks; i++) {
        budget.allocate(64 + i % 4_000).close();
        if (i % 1_000 == 0) {
          engine.sampler().tick(); // lest the mean rise
        }
      }
      double allocated = engine.snapshot().allocatedBytes() - before;
      assertThat(tracer.allocations).hasSize(tracing ? blocks : 0);
      assertThat(samples.get()).as("samples").isGreaterThan(2_000);
      // Of some 3,000 samples the estimate has a standard deviation below 2 %.
      assertThat(estimate.get() / allocated).as("tracing " + tracing).isCloseTo(1, within(0.06));
    }
    engine.close();
  }

  @Test
  void oneThatFailsIsDroppedAndTheOthersGoOn() {
    MemoryListener failing =
        new MemoryListener() {
          @Override
          public boolean isTracing() {
            return true;
          }

          @Override
          public void onAllocation(
              long blockId, String budget, long requestedBytes, long blockBytes) {
            throw new IllegalStateException("on purpose");
          }

          @Override
          public void onFree(
              long blockId, String budget, long blockBytes, boolean byOwner, FreeCause cause) {
            throw new IllegalStateException("on purpose");
          }
        };
    try (MemoryManager manager = manager()) {
      manager.addListener(failing);
      Budget budget = manager.rootBudget();
      await()
          .until(
              () -> {
                budget.allocate(64).close();
                return manager.snapshot().droppedListeners() == 1;
              });
      awaitTracing(budget, true);
      budget.allocate(64).close();
      assertThat(tracer.frees).hasSize(1);
    }
  }

  /** What a tracer does itself with memory is not told, or it would call itself without end. */
  @Test
  void oneThatAllocatesIsNotToldOfThat() {
    AtomicLong calls = new AtomicLong();
    try (MemoryManager manager = MemoryManager.builder().discoverViews(false).build()) {
      Budget budget = manager.rootBudget();
      manager.addListener(
          new MemoryListener() {
            @Override
            public boolean isTracing() {
              return true;
            }

            @Override
            public void onAllocation(
                long blockId, String path, long requestedBytes, long blockBytes) {
              calls.incrementAndGet();
              budget.allocate(64).close();
            }
          });
      await()
          .until(
              () -> {
                budget.allocate(64).close();
                return calls.get() > 0;
              });
      long before = calls.get();
      budget.allocate(64).close();
      assertThat(calls).hasValue(before + 1);
    }
  }
}
