package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Of 20,000 faults, each in a block of its own, guards find as many as sampling of one block in a
 * hundred promises: within the 95 % interval of the binomial distribution. With fixed seeds, so
 * that chance has no part in a build.
 */
class GuardedFaultsTest {

  private static final int FAULTS = 20_000;
  private static final double RATE = 0.01;

  /** A whole page: what lies behind it is a guard, whichever end of its pages it lies at. */
  private static final long BYTES = 4096;

  /** Faults between two ticks of the sampler, which then has no reason to raise its mean. */
  private static final int FAULTS_A_TICK = 1_000;

  private final RandomGenerator chance = RandomGeneratorFactory.of("L64X128MixRandom").create(16);
  private final Engine engine = engine();

  private Engine engine() {
    Engine probe = engine(1L << 30);
    Block block = probe.budgets().root().allocate(BYTES);
    long slotBytes = probe.snapshot().usedBytes();
    block.close();
    probe.close();
    // A block of s bytes is observed with the probability 1 - e^(-s/mean).
    return engine(Math.round(-slotBytes / Math.log1p(-RATE)));
  }

  private Engine engine(long mean) {
    return new Engine(
        "faults",
        PageSources.named("linux"),
        new Sampler(SafetyMode.STANDARD, mean, chance::nextDouble),
        BudgetLimits.unlimited());
  }

  @AfterEach
  void end() {
    engine.close();
  }

  /** Counts the faults that are found. */
  private int inject(Predicate<Block> isFound) {
    engine.guards().prepare();
    BudgetNode budget = engine.budgets().root();
    int found = 0;
    for (int fault = 0; fault < FAULTS; fault++) {
      if (fault % FAULTS_A_TICK == 0) {
        engine.sampler().tick();
      }
      found += isFound.test(budget.allocate(BYTES)) ? 1 : 0;
    }
    return found;
  }

  /**
   * Compiled code goes on after the fault, and gets the error when it next calls into the JVM, or
   * would stop for a safepoint.
   */
  @SuppressWarnings("ThreadPriorityCheck") // for its call into the JVM
  private static void letErrorsCome() {
    Thread.yield();
  }

  private static void checkIsBinomial(int found) {
    double expected = FAULTS * RATE;
    double half = 1.96 * Math.sqrt(FAULTS * RATE * (1 - RATE));
    assertThat((double) found).isBetween(expected - half, expected + half);
  }

  @Test
  @SuppressWarnings("restricted")
  void overruns() {
    checkIsBinomial(
        inject(
            block -> {
              MemorySegment beyond = block.segment().reinterpret(BYTES + 1);
              try {
                beyond.set(ValueLayout.JAVA_BYTE, BYTES, (byte) 0);
                letErrorsCome();
                return false;
              } catch (InternalError e) {
                return true;
              } finally {
                block.close();
              }
            }));
  }

  @Test
  void usesAfterFree() {
    checkIsBinomial(
        inject(
            block -> {
              MemorySegment stale = block.segment();
              block.close();
              try {
                stale.set(ValueLayout.JAVA_LONG, 8, 1);
                letErrorsCome();
                return false;
              } catch (InternalError e) {
                return true;
              }
            }));
  }
}
