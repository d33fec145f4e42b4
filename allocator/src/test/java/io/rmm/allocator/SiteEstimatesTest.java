package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSource;
import io.rmm.allocator.source.PageSources;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The live and the allocated bytes of each site lie within the interval that the profile gives, in
 * 93 to 97 % of 1,000 runs, whatever sizes the site allocates and however few of its blocks were
 * observed.
 *
 * <p>In the build it is 200 runs with fixed seeds, so that the outcome is the same each time.
 * {@code -Drmm.test.runs=1000} asks for the number above, and prints how often each site's truth
 * was held; {@code -Drmm.test.seed=...} takes other seeds.
 */
class SiteEstimatesTest {

  private static final int SHORT = 200;
  private static final int RUNS = Integer.getInteger("rmm.test.runs", SHORT);
  private static final long SEED = Long.getLong("rmm.test.seed", 0);

  /** How far from 95 % the share may lie: two points, and in so few runs chance has its part. */
  private static final double TOLERANCE = RUNS > SHORT ? 0.02 : 0.04;

  private static final int MEAN = 32 << 10;

  /** Less than the samples after which the mean rises. */
  private static final int BYTES_A_TICK = 40 * MEAN;

  private static final PageSource SOURCE = PageSources.named("auto");

  /** What a site allocates in a run. */
  private enum Mix {
    /** Far below the mean: each sample stands for many blocks. */
    SMALL(0, 60 * MEAN) {
      @Override
      long size(RandomGenerator sizes) {
        return sizes.nextLong(200, 2_000);
      }
    },
    /** Samples of very different weights. */
    ALL_SIZES(1, 60 * MEAN) {
      @Override
      long size(RandomGenerator sizes) {
        return (long) Math.min(200_000, Math.exp(sizes.nextGaussian(7, 2)));
      }
    },
    /** About every second block is observed. */
    AROUND_THE_MEAN(2, 100 * MEAN) {
      @Override
      long size(RandomGenerator sizes) {
        return sizes.nextLong(MEAN / 3, MEAN * 2);
      }
    },
    /** Nearly every block is observed. */
    LARGE(3, 200 * MEAN) {
      @Override
      long size(RandomGenerator sizes) {
        return sizes.nextLong(MEAN, 4 * MEAN);
      }
    },
    /** Five samples are expected, three of them live. */
    FEW_SMALL(4, 5 * MEAN) {
      @Override
      long size(RandomGenerator sizes) {
        return sizes.nextLong(200, 2_000);
      }
    },
    /** Likewise, of different weights. */
    FEW_OF_ALL_SIZES(5, 6 * MEAN) {
      @Override
      long size(RandomGenerator sizes) {
        return (long) Math.min(30_000, Math.exp(sizes.nextGaussian(7, 2)));
      }
    };

    /** The share of blocks that are live in the end. */
    static final double LIVE = 0.6;

    /** Of the call stack. */
    final int depth;

    final long bytesARun;

    Mix(int depth, long bytesARun) {
      this.depth = depth;
      this.bytesARun = bytesARun;
    }

    abstract long size(RandomGenerator sizes);
  }

  /** How often the truth was held, and the sum of estimates relative to the truth. */
  private static final class Tally {
    int allocatedHeld;
    int liveHeld;
    double allocatedRatios;
    double liveRatios;
    double liveSamples;

    @Override
    public String toString() {
      return "allocated held %d, ratio %.3f; live held %d, ratio %.3f; %.1f live samples"
          .formatted(
              allocatedHeld,
              allocatedRatios / RUNS,
              liveHeld,
              liveRatios / RUNS,
              liveSamples / RUNS);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theIntervalOfASiteHoldsTheTruthIn95PercentOfRuns(boolean meanRises) {
    RandomGeneratorFactory<RandomGenerator> factory = RandomGeneratorFactory.of("L64X128MixRandom");
    Map<Mix, Tally> tallies = new EnumMap<>(Mix.class);
    for (long run = SEED; run < SEED + RUNS; run++) {
      run(factory.create(2 * run + 1), factory.create(2 * run), meanRises, tallies);
    }
    String outcome = tallies.toString().replace("live samples,", "live samples\n");
    if (RUNS > SHORT) {
      System.out.println(outcome);
    }
    for (Tally tally : tallies.values()) {
      assertThat((double) tally.allocatedHeld / RUNS)
          .as(outcome)
          .isCloseTo(0.95, within(TOLERANCE));
      assertThat((double) tally.liveHeld / RUNS).as(outcome).isCloseTo(0.95, within(TOLERANCE));
      // Without bias: the mean of so many runs lies closer than any one of them.
      assertThat(tally.allocatedRatios / RUNS).as(outcome).isCloseTo(1, within(0.1));
      assertThat(tally.liveRatios / RUNS).as(outcome).isCloseTo(1, within(0.1));
    }
  }

  private static void run(
      RandomGenerator chance, RandomGenerator sizes, boolean meanRises, Map<Mix, Tally> tallies) {
    Engine engine =
        new Engine(
            "sampled",
            SOURCE,
            new Sampler(SafetyMode.STANDARD, MEAN, chance::nextDouble),
            BudgetLimits.unlimited());
    List<Block> live = new ArrayList<>();
    allocate(engine, sizes, meanRises, live);
    read(engine, tallies);
    live.forEach(Block::close);
    engine.close();
  }

  /** All sites at once, in an order by chance, so that they share the countdown. */
  private static void allocate(
      Engine engine, RandomGenerator sizes, boolean meanRises, List<Block> live) {
    Map<Mix, Budget> budgets = new EnumMap<>(Mix.class);
    Map<Mix, Long> left = new EnumMap<>(Mix.class);
    for (Mix mix : Mix.values()) {
      budgets.put(mix, engine.budgets().root().child(mix.name(), BudgetLimits.unlimited()));
      left.put(mix, mix.bytesARun);
    }
    long sinceTick = 0;
    while (!left.isEmpty()) {
      List<Mix> open = List.copyOf(left.keySet());
      Mix mix = open.get(sizes.nextInt(open.size()));
      long size = mix.size(sizes);
      Block block = allocateAt(mix.depth, budgets.get(mix), size);
      if (sizes.nextDouble() < Mix.LIVE) {
        live.add(block);
      } else {
        block.close();
      }
      left.computeIfPresent(mix, (_, bytes) -> bytes > size ? bytes - size : null);
      sinceTick += size;
      if (!meanRises && sinceTick > BYTES_A_TICK) {
        engine.sampler().tick();
        sinceTick = 0;
      }
    }
  }

  /** As many call stacks as there are depths. */
  private static Block allocateAt(int depth, Budget budget, long size) {
    return depth == 0 ? budget.allocate(size) : allocateAt(depth - 1, budget, size);
  }

  private static int depth(SiteProfile.Entry entry) {
    return (int)
            entry.site().frames().stream()
                .filter(frame -> frame.getMethodName().equals("allocateAt"))
                .count()
        - 1;
  }

  private static void read(Engine engine, Map<Mix, Tally> tallies) {
    Map<Integer, SiteProfile.Entry> entries =
        engine.observer().profile(MEAN).sites().stream()
            .collect(Collectors.toMap(SiteEstimatesTest::depth, entry -> entry));
    for (MemorySnapshot.BudgetUsage usage : engine.snapshot().budgets()) {
      if (usage.path().equals("root")) {
        continue;
      }
      Mix mix = Mix.valueOf(usage.path().substring(usage.path().lastIndexOf('/') + 1));
      SiteProfile.Entry entry = entries.get(mix.depth);
      Tally tally = tallies.computeIfAbsent(mix, _ -> new Tally());
      if (entry == null) {
        // What the profile says of sites that it does not name.
        tally.allocatedHeld += usage.allocatedBytes() < 3.84 * MEAN ? 1 : 0;
        tally.liveHeld += usage.usedBytes() < 3.84 * MEAN ? 1 : 0;
        continue;
      }
      tally.allocatedHeld += holds(entry.allocated(), usage.allocatedBytes()) ? 1 : 0;
      tally.liveHeld += holds(entry.live(), usage.usedBytes()) ? 1 : 0;
      tally.allocatedRatios += (double) entry.allocatedBytes() / usage.allocatedBytes();
      tally.liveRatios += (double) entry.liveBytes() / usage.usedBytes();
      tally.liveSamples += entry.liveSamples();
    }
  }

  private static boolean holds(Estimate estimate, long truth) {
    return estimate.low() <= truth && truth <= estimate.high();
  }
}
