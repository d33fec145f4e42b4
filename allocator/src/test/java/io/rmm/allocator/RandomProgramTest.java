package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Random programs against the whole kernel, with every invariant checked after every step, or
 * whenever all threads are quiet.
 *
 * <p>A failure tells its seed; {@code -Drmm.test.seed=...} runs it again (exactly so with one
 * thread), and {@code -Drmm.test.steps=...} makes the runs longer.
 */
class RandomProgramTest {

  private static final int STEPS = Integer.getInteger("rmm.test.steps", 6_000);
  private static final int THREADS = 4;

  private static Engine engine(String source) {
    Engine engine =
        new Engine(
            "random",
            PageSources.named(source),
            new Sampler(SafetyMode.STANDARD, 64 << 10),
            BudgetLimits.unlimited());
    Budget a = engine.budgets().root().child("a", BudgetLimits.hard(24 << 20));
    a.child("x", BudgetLimits.hard(4 << 20)).child("y", BudgetLimits.unlimited());
    engine.budgets().root().child("b", BudgetLimits.unlimited());
    return engine;
  }

  private static long seed() {
    return Long.getLong("rmm.test.seed", ThreadLocalRandom.current().nextLong());
  }

  @OnBothSources
  void aloneEveryStepIsAsForeseen(String source) {
    long seed = seed();
    try {
      runAlone(engine(source), seed);
    } catch (Throwable e) {
      throw new AssertionError("failed with -Drmm.test.seed=" + seed, e);
    }
  }

  private static void runAlone(Engine engine, long seed) {
    Queue<RandomProgram.Held> exchange = new ConcurrentLinkedQueue<>();
    RandomProgram program = new RandomProgram(engine, seed, exchange, true);
    MemorySnapshot before = engine.snapshot();
    for (int step = 0; step < STEPS; step++) {
      program.step();
      MemorySnapshot after = Invariants.check(engine);
      Invariants.checkCounters(before, after);
      checkModel(engine, List.of(program), exchange);
      before = after;
    }
    assertThat(before.rejections()).isEqualTo(program.rejections());
    finish(engine, List.of(program), exchange);
  }

  @OnBothSources
  void manyThreadsKeepTheInvariants(String source) {
    long seed = seed();
    try {
      runTogether(engine(source), seed, Thread.ofPlatform().factory());
    } catch (Throwable e) {
      throw new AssertionError("failed with -Drmm.test.seed=" + seed, e);
    }
  }

  @Test
  void manyVirtualThreadsKeepTheInvariants() {
    long seed = seed();
    try {
      runTogether(engine("linux"), seed, Thread.ofVirtual().factory());
    } catch (Throwable e) {
      throw new AssertionError("failed with -Drmm.test.seed=" + seed, e);
    }
  }

  private static void runTogether(
      Engine engine, long seed, java.util.concurrent.ThreadFactory factory) throws Exception {
    Queue<RandomProgram.Held> exchange = new ConcurrentLinkedQueue<>();
    List<RandomProgram> programs = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      programs.add(new RandomProgram(engine, seed + i, exchange, false));
    }
    CyclicBarrier quiet =
        new CyclicBarrier(
            THREADS,
            () -> {
              Invariants.check(engine);
              checkModel(engine, programs, exchange);
              engine.tick();
              Invariants.check(engine);
            });
    Threads.together(
        factory,
        THREADS,
        number -> {
          RandomProgram program = programs.get(number);
          for (int step = 0; step < STEPS; step++) {
            program.step();
            if (step % 500 == 0) {
              quiet.await();
            }
          }
          quiet.await();
          // Confined arenas are closed by the thread that opened them.
          program.close();
        });
    finish(engine, programs, exchange);
  }

  private static void checkModel(
      Engine engine, List<RandomProgram> programs, Queue<RandomProgram.Held> exchange) {
    Budgets.forEach(
        engine.budgets().root(),
        node ->
            assertThat(node.usedBytes())
                .as("used of %s", node.path())
                .isEqualTo(programs.stream().mapToLong(p -> p.expectedUsed(node)).sum()));
    List<RandomProgram.Held> all = new ArrayList<>(exchange);
    programs.forEach(program -> all.addAll(program.everything()));
    assertThat(engine.snapshot().liveBlocks()).isEqualTo(all.size());
    checkApart(all);
  }

  /** Checks that no two blocks have a byte in common. */
  private static void checkApart(List<RandomProgram.Held> all) {
    TreeMap<Long, Long> ends = new TreeMap<>();
    all.sort(Comparator.comparingLong(one -> one.memory.address()));
    for (RandomProgram.Held one : all) {
      long start = one.memory.address();
      Map.Entry<Long, Long> below = ends.lastEntry();
      assertThat(below == null || below.getValue() <= start).as("blocks are apart").isTrue();
      ends.put(start, start + Math.max(1, one.memory.byteSize()));
    }
  }

  private static void finish(
      Engine engine, List<RandomProgram> programs, Queue<RandomProgram.Held> exchange) {
    programs.forEach(RandomProgram::close);
    for (RandomProgram.Held left : exchange) {
      left.checkStamp();
      if (left.detached != 0) {
        engine.free(left.detached);
      } else {
        left.handles.forEach(Block::close);
      }
    }
    engine.purge();
    MemorySnapshot end = Invariants.check(engine);
    assertThat(end.liveBlocks()).isZero();
    assertThat(end.usedBytes()).isZero();
    assertThat(end.openArenas()).isZero();
    assertThat(end.committedBytes()).isZero();
    engine.reportLive();
    engine.close();
  }
}
