package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random programs against the whole kernel, with every invariant checked after every step, or
 * whenever all threads are quiet. While they work, the clock ticks and reads without pause.
 *
 * <p>A failure tells its seed; {@code -Drmm.test.seed=...} runs it again (exactly so with one
 * thread), and {@code -Drmm.test.steps=...} makes the runs longer.
 */
class RandomProgramTest {

  private static final int STEPS = Integer.getInteger("rmm.test.steps", 4_000);
  private static final int THREADS = 4;

  /** More than there are stripes, so that they are fought for. */
  private static final int VIRTUAL_THREADS = 12;

  /** Threads that live one after the other in each place, the later with what the earlier held. */
  private static final int GENERATIONS = 4;

  /** No phase takes anywhere near as long, unless a program has failed and will never come. */
  private static final long PATIENCE_SECONDS = 30;

  private static final long FIXED_LIMIT = 2 << 20;

  /** Less than the programs would hold together, so that it is met with. */
  private static final long ROOT_LIMIT = 64 << 20;

  private static Engine engine(String source, BudgetLimits limits) {
    return engine(source, limits, SafetyMode.STANDARD);
  }

  private static Engine engine(String source, BudgetLimits limits, SafetyMode mode) {
    Engine engine =
        new Engine(
            "random",
            PageSources.named(source),
            new Sampler(mode, 64 << 10),
            limits,
            Safety.of(mode));
    Budget a = engine.budgets().root().child("a", BudgetLimits.hard(24 << 20));
    a.child("x", BudgetLimits.hard(4 << 20)).child("y", BudgetLimits.unlimited());
    a.child(RandomProgram.FIXED, BudgetLimits.hard(FIXED_LIMIT));
    engine.budgets().root().child("b", BudgetLimits.unlimited());
    return engine;
  }

  /** What a run does with its seed. */
  private interface Run {
    void with(long seed) throws Exception;
  }

  private static void seeded(Run run) {
    long seed = Long.getLong("rmm.test.seed", ThreadLocalRandom.current().nextLong());
    try {
      run.with(seed);
    } catch (Throwable e) {
      throw new AssertionError("failed with -Drmm.test.seed=" + seed, e);
    }
  }

  @OnBothSources
  void aloneEveryStepIsAsForeseen(String source) {
    seeded(seed -> runAlone(engine(source, BudgetLimits.unlimited()), seed));
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"SAFE", "PARANOID"})
  void aloneInQuarantineEveryStepIsAsForeseen(SafetyMode mode) {
    seeded(seed -> runAlone(engine("linux", BudgetLimits.unlimited(), mode), seed));
  }

  @Test
  void aloneInQuarantineWithoutScopesEveryStepIsAsForeseen() {
    seeded(seed -> runAlone(engine("portable", BudgetLimits.unlimited(), SafetyMode.SAFE), seed));
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"SAFE", "PARANOID"})
  void manyThreadsKeepTheInvariantsInQuarantine(SafetyMode mode) {
    seeded(
        seed ->
            runTogether(
                engine("linux", BudgetLimits.hard(ROOT_LIMIT), mode),
                seed,
                Thread.ofPlatform().daemon().factory(),
                THREADS));
  }

  @Test
  void manyVirtualThreadsKeepTheInvariantsInQuarantine() {
    seeded(
        seed ->
            runTogether(
                engine("linux", BudgetLimits.hard(ROOT_LIMIT), SafetyMode.SAFE),
                seed,
                Thread.ofVirtual().factory(),
                VIRTUAL_THREADS));
  }

  private static void runAlone(Engine engine, long seed) {
    Exchange exchange = new Exchange();
    RandomProgram program = new RandomProgram(engine, seed, exchange, true);
    RandomModel model = new RandomModel(engine, List.of(program), exchange);
    MemorySnapshot before = engine.snapshot();
    for (int step = 0; step < STEPS; step++) {
      program.step();
      MemorySnapshot after = model.check();
      Invariants.checkCounters(before, after);
      before = after;
    }
    assertThat(before.rejections()).isEqualTo(program.rejections());
    model.finish();
  }

  @OnBothSources
  void manyThreadsKeepTheInvariants(String source) {
    seeded(
        seed ->
            runTogether(
                engine(source, BudgetLimits.hard(ROOT_LIMIT)),
                seed,
                Thread.ofPlatform().daemon().factory(),
                THREADS));
  }

  @Test
  void manyVirtualThreadsKeepTheInvariants() {
    seeded(
        seed ->
            runTogether(
                engine("linux", BudgetLimits.hard(ROOT_LIMIT)),
                seed,
                Thread.ofVirtual().factory(),
                VIRTUAL_THREADS));
  }

  private static void runTogether(Engine engine, long seed, ThreadFactory factory, int threads)
      throws Exception {
    Exchange exchange = new Exchange();
    List<RandomProgram> programs = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      programs.add(new RandomProgram(engine, seed + i, exchange, false));
    }
    RandomModel model = new RandomModel(engine, programs, exchange);
    for (int generation = 0; generation < GENERATIONS; generation++) {
      runGeneration(engine, model, programs, factory);
      // All the threads are dead, and nobody has closed what they held.
      model.check();
    }
    assertThat(programs.stream().mapToLong(RandomProgram::rejections).sum()).isPositive();
    model.finish();
  }

  private static void runGeneration(
      Engine engine, RandomModel model, List<RandomProgram> programs, ThreadFactory factory)
      throws Exception {
    int threads = programs.size();
    int phases = 3;
    // Counted down by every program at the end of every phase.
    AtomicInteger running = new AtomicInteger(threads * phases);
    // The watcher is quiet as well when all are.
    CyclicBarrier quiet = new CyclicBarrier(threads + 1, model::check);
    Threads.together(
        factory,
        threads + 1,
        number -> {
          if (number == threads) {
            for (int phase = 1; phase <= phases; phase++) {
              watch(engine, running, threads * (phases - phase));
              quiet.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            return;
          }
          RandomProgram program = programs.get(number);
          for (int phase = 1; phase <= phases; phase++) {
            for (int step = 0; step < STEPS / (GENERATIONS * phases); step++) {
              program.step();
            }
            if (phase == phases) {
              program.endThread();
            }
            running.decrementAndGet();
            quiet.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
          }
        });
  }

  /** Ticks, and reads what must hold at every instant, until {@code running} has fallen so far. */
  private static void watch(Engine engine, AtomicInteger running, int until) {
    MemorySnapshot before = engine.snapshot();
    while (running.get() > until) {
      engine.tick();
      MemorySnapshot after = engine.snapshot();
      Invariants.checkLadder(after);
      Invariants.checkCounters(before, after);
      assertThat(after.usedBytes()).as("used").isLessThanOrEqualTo(ROOT_LIMIT);
      assertThat(after.committedBytes()).as("committed").isLessThanOrEqualTo(ROOT_LIMIT);
      for (MemorySnapshot.BudgetUsage usage : after.budgets()) {
        if (usage.path().endsWith(RandomProgram.FIXED)) {
          assertThat(usage.peakBytes())
              .as("peak of the budget whose limit stays")
              .isLessThanOrEqualTo(FIXED_LIMIT);
        }
      }
      before = after;
    }
  }
}
