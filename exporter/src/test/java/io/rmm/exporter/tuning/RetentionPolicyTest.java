package io.rmm.exporter.tuning;

import static io.rmm.exporter.tuning.SimulatedPool.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.allocator.TuningKnob;
import io.rmm.exporter.tuning.RetentionPolicy.Bounds;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionPolicyTest {

  private static final long FLOOR = 4 * MIB;
  private static final Bounds BOUNDS = new Bounds(FLOOR, 4096 * MIB);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SimulatedPool pool = new SimulatedPool(BOUNDS);

  /** One decision on figures given by hand. */
  @Nested
  class OneDecision {

    @Test
    void raisesToTheTargetAtOnceWhenMemoryWasReturnedTooEarly() {
      TuningDecision decision = decide(demand(500, 100, 400, 80, 300), 64, MoveHistory.none());

      assertThat(decision.knob()).isEqualTo(TuningKnob.RETAINED_BYTES);
      assertThat(decision.verdict()).isEqualTo(Verdict.RAISED);
      assertThat(decision.oldValue()).isEqualTo(64 * MIB);
      // min(500, 400 + 100) - 80, and the floor
      assertThat(decision.newValue()).isEqualTo((500 - 80 + 4) * MIB);
      assertThat(decision.rule()).isEqualTo("remap");
      assertThat(decision.reason())
          .isEqualTo(
              "memory was returned too early; need 500.0 MiB = min(peak 500.0 MiB, fluctuation"
                  + " 400.0 MiB + sustained 100.0 MiB), low 80.0 MiB, re-mapped 300.0 MiB: target"
                  + " 424.0 MiB");
    }

    @Test
    void holdsWhenALowerLimitHasCostNothing() {
      TuningDecision decision = decide(demand(500, 100, 400, 80, 0), 64, MoveHistory.none());

      assertThat(decision.verdict()).isEqualTo(Verdict.HELD);
      assertThat(decision.newValue()).isEqualTo(decision.oldValue());
      assertThat(decision.rule()).isEqualTo("no-remap");
    }

    @Test
    void lowersByHalfOfTheWay() {
      TuningDecision decision = decide(demand(100, 100, 0, 100, 0), 64, MoveHistory.none());

      assertThat(decision.verdict()).isEqualTo(Verdict.LOWERED);
      assertThat(decision.newValue()).isEqualTo((64 - (64 - 4) / 2) * MIB);
      assertThat(decision.rule()).isEqualTo("excess");
    }

    @Test
    void endsTheWayDownWhereTheRestIsNotWorthAStep() {
      assertThat(decide(demand(100, 100, 0, 100, 0), 7, MoveHistory.none()).newValue())
          .isEqualTo(FLOOR);
    }

    @Test
    void waitsUntilAMinuteHasBeenSeenBeforeItLowers() {
      DemandStatistics young =
          new DemandStatistics(Duration.ofSeconds(59), 100 * MIB, 0, 0, 100 * MIB, 0);

      TuningDecision decision = decide(young, 64, MoveHistory.none());

      assertThat(decision.verdict()).isEqualTo(Verdict.HELD);
      assertThat(decision.rule()).isEqualTo("warm-up");
      assertThat(decision.reason()).startsWith("seen for 59 s only; ");
    }

    @Test
    void restsAfterARaise() {
      MoveHistory justRaised = MoveHistory.none().with(0, Verdict.RAISED);

      TuningDecision decision = decide(demand(100, 100, 0, 100, 0), 64, justRaised);

      assertThat(decision.verdict()).isEqualTo(Verdict.HELD);
      assertThat(decision.rule()).isEqualTo("resting");
      assertThat(decision.reason()).startsWith("not to be lowered for 20 s; ");
    }

    @Test
    void leavesSmallDifferencesAlone() {
      assertThat(decide(demand(160, 100, 60, 100, 300), 58, MoveHistory.none()).rule())
          .as("target 64, limit 58, deadband an eighth")
          .isEqualTo("settled");
      assertThat(decide(demand(160, 100, 60, 100, 300), 72, MoveHistory.none()).rule())
          .isEqualTo("settled");
      assertThat(decide(demand(160, 100, 60, 100, 300), 56, MoveHistory.none()).rule())
          .isEqualTo("remap");
    }

    @Test
    void bringsALimitBackIntoItsBounds() {
      Bounds narrow = new Bounds(10 * MIB, 20 * MIB);

      TuningDecision above =
          RetentionPolicy.decide(
              demand(100, 100, 0, 100, 0), 64 * MIB, narrow, MoveHistory.none(), 0);
      TuningDecision below =
          RetentionPolicy.decide(
              demand(100, 100, 0, 100, 0), 1 * MIB, narrow, MoveHistory.none(), 0);

      assertThat(above.verdict()).isEqualTo(Verdict.LOWERED);
      assertThat(above.newValue()).isEqualTo(20 * MIB);
      assertThat(below.verdict()).isEqualTo(Verdict.RAISED);
      assertThat(below.newValue()).isEqualTo(10 * MIB);
      assertThat(below.rule()).isEqualTo("bounds");
    }

    @Test
    void refusesBoundsThatContradictEachOther() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Bounds(2, 1))
          .withMessageContaining("floor=2 ceiling=1");
      assertThatIllegalArgumentException().isThrownBy(() -> new Bounds(-1, 1));
    }

    private TuningDecision decide(DemandStatistics demand, long limit, MoveHistory history) {
      return RetentionPolicy.decide(demand, limit * MIB, BOUNDS, history, 0);
    }

    private DemandStatistics demand(
        long peak, long sustained, long fluctuation, long low, long remapped) {
      return new DemandStatistics(
          Duration.ofMinutes(5),
          peak * MIB,
          sustained * MIB,
          fluctuation * MIB,
          low * MIB,
          remapped * MIB);
    }
  }

  @Test
  void steadyDemandNeedsTheFloorOnly() {
    pool.run(MINUTE.multipliedBy(5), millis -> 200 * MIB);

    assertThat(pool.limit).isEqualTo(FLOOR);
    assertThat(pool.moves).hasSizeBetween(1, 5);
    assertThat(pool.mostReversalsAnHour()).isZero();
  }

  @Test
  void anIdleManagerNeedsTheFloorOnly() {
    pool.run(MINUTE.multipliedBy(5), millis -> 0);

    assertThat(pool.limit).isEqualTo(FLOOR);
    assertThat(pool.committed).isZero();
  }

  @Test
  void wavesThatAreShorterThanTheIdleTimeAreKept() {
    // 300 MiB and 100 MiB in turn, three quarters of a second each.
    LongUnaryOperator waves = millis -> (millis / 750 % 2 == 0 ? 300 : 100) * MIB;

    pool.run(MINUTE, waves);
    long trimmed = pool.trimmed;
    long mapped = pool.mapped;
    pool.run(MINUTE.multipliedBy(10), waves);

    assertThat(pool.limit).isBetween(200 * MIB, 225 * MIB);
    assertThat(pool.trimmed).as("nothing returned for nothing any more").isEqualTo(trimmed);
    // In three quarters of a second the curve has taken less than a hundredth of what is idle.
    assertThat(pool.mapped - mapped).isLessThan(10 * 60 * 1_000 / 1_500 * 2 * MIB);
    assertThat(pool.mostReversalsAnHour()).isZero();
  }

  @Test
  void aBurstThatEndsIsForgotten() {
    LongUnaryOperator burst =
        millis -> millis < 60_000 ? (millis / 500 % 2 == 0 ? 1000 : 50) * MIB : 50 * MIB;

    pool.run(MINUTE, burst);
    assertThat(pool.limit).as("at its height").isGreaterThan(850 * MIB);

    pool.run(MINUTE.multipliedBy(7), burst);
    assertThat(pool.limit).isEqualTo(FLOOR);
    assertThat(pool.mostReversalsAnHour()).isLessThanOrEqualTo(1);
  }

  @Test
  void aRampIsFollowedAndForgotten() {
    pool.run(MINUTE.multipliedBy(10), millis -> millis / 1000 * MIB);
    assertThat(pool.limit).as("nothing was idle on the way up").isLessThanOrEqualTo(64 * MIB);

    pool.run(MINUTE.multipliedBy(10), millis -> 600 * MIB);
    assertThat(pool.limit).isEqualTo(FLOOR);
  }

  @Test
  void neverLeavesItsBoundsAndNeverFlapsOnARandomWalk() {
    for (long seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      SimulatedPool walked = new SimulatedPool(new Bounds(FLOOR, 256 * MIB));
      long[] demand = {0};
      walked.run(
          Duration.ofHours(1),
          millis -> {
            long jump = random.nextInt(50) == 0 ? random.nextInt(-800, 800) : random.nextInt(-9, 9);
            demand[0] = Math.clamp(demand[0] + jump * MIB, 0, 2000 * MIB);
            return demand[0];
          });

      assertThat(walked.moves)
          .as("seed %d", seed)
          .isNotEmpty()
          .allSatisfy(move -> assertThat(move.decision().newValue()).isBetween(FLOOR, 256 * MIB));
      assertThat(walked.mostReversalsAnHour()).as("seed %d", seed).isLessThanOrEqualTo(6);
    }
  }

  /** Square waves of every kind of period, those in step with the policy's windows included. */
  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 3, 5, 10, 19, 20, 21, 40, 59, 60, 61, 90, 120, 180, 240, 299, 301, 360, 600})
  void doesNotFlapWhateverThePeriodOfDemand(int seconds) {
    long half = seconds * 500L;

    pool.run(Duration.ofHours(2), millis -> (millis / half % 2 == 0 ? 700 : 20) * MIB);

    assertThat(pool.mostReversalsAnHour()).isLessThanOrEqualTo(MoveHistory.MOST_REVERSALS);
  }

  /**
   * Demand dips for a quarter of a second, always between two samples: the curve lets that pass.
   */
  @Test
  void dipsThatTheCurveLetsPassChangeNothing() {
    LongUnaryOperator dips = millis -> (millis % 1000 == 500 ? 100 : 500) * MIB;

    pool.run(Duration.ofHours(2), dips);

    assertThat(pool.trimmed).isZero();
    assertThat(pool.mapped).isEqualTo(500 * MIB);
    assertThat(pool.moves).noneMatch(move -> move.decision().verdict() == Verdict.RAISED);
  }

  /** Demand peaks for a quarter of a second and is trimmed before the next sample. */
  @Test
  void peaksThatSamplesDoNotSeeAreNoticedByWhatTheyCost() {
    LongUnaryOperator peaks = millis -> (millis % 1000 == 250 ? 500 : 20) * MIB;

    pool.run(Duration.ofHours(2), peaks);

    assertThat(pool.mostReversalsAnHour()).isLessThanOrEqualTo(MoveHistory.MOST_REVERSALS);
    long mappedWithoutTuning = 2 * 3600 * (500 - 20 - 64) * MIB;
    assertThat(pool.mapped).isLessThan(mappedWithoutTuning / 4);
  }
}
