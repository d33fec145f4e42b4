package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSource;
import io.rmm.allocator.source.PageSources;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The weights of the samples estimate what was allocated, and the error that the profile gives with
 * the estimate is true: of many runs, 95 % lie within it.
 *
 * <p>With fixed seeds, so that the outcome is the same each time: chance had its part when the test
 * was written, and has none in a build.
 */
class SampleWeightsTest {

  /** Fewer than the thousand of docs/testing.md, which take half a minute. */
  private static final int RUNS = Integer.getInteger("rmm.test.runs", 300);

  private static final long MEAN = 32 << 10;

  /** Some 150 samples a run, where the normal approximation holds that the error is made from. */
  private static final long BYTES_A_RUN = 150 * MEAN;

  /** Allocations between two ticks that keep the mean from rising: some 40 samples. */
  private static final int ALLOCATIONS_A_TICK = 1_000;

  private static final PageSource SOURCE = PageSources.named("auto");

  /** The estimate of one run. */
  private record Run(long allocatedBytes, long estimate, long error, long samples) {

    boolean isCovered() {
      return Math.abs(estimate - allocatedBytes) <= error;
    }
  }

  /**
   * Whether the mean rises under the flood of samples or stays, each sample is weighed by the one
   * that its countdown was drawn with.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theErrorOfTheProfileIsThatOfA95PercentInterval(boolean meanRises) {
    RandomGeneratorFactory<RandomGenerator> factory = RandomGeneratorFactory.of("L64X128MixRandom");
    int covered = 0;
    double ratios = 0;
    long samples = 0;
    for (long i = 0; i < RUNS; i++) {
      Run run = run(factory.create(2 * i + 1), factory.create(2 * i), meanRises);
      covered += run.isCovered() ? 1 : 0;
      ratios += (double) run.estimate / run.allocatedBytes;
      samples += run.samples;
    }
    assertThat(samples / RUNS).as("samples a run").isBetween(50L, 200L);
    assertThat((double) covered / RUNS).as("of %d runs", RUNS).isBetween(0.93, 0.97);
    // Without bias: the mean of so many runs lies much closer than any one of them.
    assertThat(ratios / RUNS).isCloseTo(1, within(0.01));
  }

  private static Run run(RandomGenerator chance, RandomGenerator sizes, boolean meanRises) {
    Engine engine =
        new Engine(
            "sampled",
            SOURCE,
            new Sampler(SafetyMode.STANDARD, MEAN, chance::nextDouble),
            BudgetLimits.unlimited());
    Budget budget = engine.budgets().root();
    long allocations = 0;
    for (long bytes = 0; bytes < BYTES_A_RUN; ) {
      // From a few bytes up to several times the mean, of which nearly all are observed.
      long size = (long) Math.min(200_000, Math.exp(sizes.nextGaussian(6, 1.5)));
      budget.allocate(size).close();
      bytes += size;
      if (!meanRises && ++allocations % ALLOCATIONS_A_TICK == 0) {
        engine.sampler().tick();
      }
    }
    Run run = read(engine);
    engine.close();
    return run;
  }

  private static Run read(Engine engine) {
    long estimate = 0;
    double variance = 0;
    long samples = 0;
    for (SiteProfile.Entry site : engine.observer().profile(MEAN).sites()) {
      estimate += site.allocatedBytes();
      variance += (double) site.allocatedBytesError() * site.allocatedBytesError();
      samples += site.allocatedSamples();
    }
    return new Run(
        engine.snapshot().allocatedBytes(), estimate, Math.round(Math.sqrt(variance)), samples);
  }
}
