package io.rmm.exporter.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningOutcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutcomeWatchTest {

  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000;

  private final OutcomeWatch watch = new OutcomeWatch();

  @Test
  void measuresForAMinuteFromTheDecisionOn() {
    TuningDecision decision = raised(new TuningEffect(500, 10 * MIB));
    watch.begin(decision, 5 * SECOND, 7_000);
    for (long second = 6; second < 65; second++) {
      watch.sample(second * SECOND, second % 2 * 20 * MIB, 2);
      assertThat(watch.due(100_000)).isEmpty();
    }
    watch.sample(65 * SECOND, 20 * MIB, 2);

    TuningOutcome outcome = watch.due(67_000).orElseThrow();

    assertThat(outcome.decision()).isSameAs(decision);
    assertThat(outcome.span()).isEqualTo(Duration.ofMinutes(1));
    assertThat(outcome.measured()).isEqualTo(new TuningEffect(1_000, 10 * MIB));
    assertThat(outcome.confirmed()).isTrue();
    assertThat(watch.due(67_000)).as("told once").isEmpty();
    assertThat(watch.end(67_000)).as("told once").isEmpty();
  }

  @Test
  void anEarlyEndGivesAnOutcomeAfterTenSecondsAndNoneBefore() {
    watch.begin(raised(new TuningEffect(0, 0)), 0, 0);
    watch.sample(9 * SECOND, 0, 2);
    assertThat(watch.end(0)).isEmpty();

    watch.begin(raised(new TuningEffect(0, 0)), 10 * SECOND, 0);
    watch.sample(20 * SECOND, 0, 2);
    assertThat(watch.end(0)).map(TuningOutcome::span).contains(Duration.ofSeconds(10));
  }

  @Test
  void aDecisionWithoutPredictionIsNotWatched() {
    watch.begin(raised(TuningEffect.UNKNOWN), 0, 0);
    watch.sample(60 * SECOND, 0, 2);
    assertThat(watch.due(0)).isEmpty();
  }

  @Test
  void aKnobThatSomebodyElseTurnsIsNotJudged() {
    watch.begin(raised(new TuningEffect(0, 0)), 0, 0);
    watch.sample(1 * SECOND, 0, 3);
    watch.sample(60 * SECOND, 0, 2);
    assertThat(watch.due(0)).isEmpty();
  }

  @Test
  void lessOfEitherIsAsGood() {
    assertThat(confirmed(new TuningEffect(9_000_000, 100 * MIB), new TuningEffect(0, 0))).isTrue();
  }

  @Test
  void aCostMayBeAQuarterMoreOrAThousandthOfAProcessor() {
    TuningEffect little = new TuningEffect(0, 0);
    assertThat(confirmed(little, new TuningEffect(1_000_000, 0))).isTrue();
    assertThat(confirmed(little, new TuningEffect(1_000_001, 0))).isFalse();
    TuningEffect much = new TuningEffect(8_000_000, 0);
    assertThat(confirmed(much, new TuningEffect(10_000_000, 0))).isTrue();
    assertThat(confirmed(much, new TuningEffect(10_000_001, 0))).isFalse();
  }

  @Test
  void bytesMayBeAsManyMoreAsThePolicyTakesForNoise() {
    TuningEffect predicted = new TuningEffect(0, 80 * MIB);
    assertThat(confirmed(predicted, new TuningEffect(0, 90 * MIB))).isTrue();
    assertThat(confirmed(predicted, new TuningEffect(0, 90 * MIB + 1))).isFalse();
  }

  @Test
  void whatWasNotPredictedIsNotJudged() {
    TuningEffect bytesOnly = new TuningEffect(TuningEffect.NOT_KNOWN, 0);
    assertThat(confirmed(bytesOnly, new TuningEffect(1L << 40, 0))).isTrue();
    assertThat(confirmed(bytesOnly, new TuningEffect(0, 1L << 40))).isFalse();
  }

  private static boolean confirmed(TuningEffect predicted, TuningEffect measured) {
    return OutcomeWatch.isConfirmed(predicted, measured);
  }

  private static TuningDecision raised(TuningEffect predicted) {
    return new TuningDecision(TuningKnob.RETAINED_BYTES, 1, 2, Verdict.RAISED, "rule", "because")
        .predicting(predicted);
  }
}
