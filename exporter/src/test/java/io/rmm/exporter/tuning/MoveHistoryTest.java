package io.rmm.exporter.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.TuningDecision.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MoveHistoryTest {

  @Test
  void aKnobThatNeverMovedNeedsNoRest() {
    assertThat(MoveHistory.none().restLeft(seconds(5))).isZero();
    assertThat(MoveHistory.none().endsWithRaise()).isFalse();
  }

  @Test
  void stepsDownFollowEachOtherEveryTenSeconds() {
    MoveHistory history = MoveHistory.none().with(seconds(100), Verdict.LOWERED);

    assertThat(history.restLeft(seconds(103))).hasSeconds(7);
    assertThat(history.restLeft(seconds(110))).isZero();
    assertThat(history.restLeft(seconds(5000))).isZero();
  }

  @Test
  void theRestAfterARaiseTriplesWithEachReversal() {
    MoveHistory history = MoveHistory.none().with(seconds(0), Verdict.RAISED);
    assertThat(history.restLeft(seconds(0))).hasSeconds(20);

    history = history.with(seconds(20), Verdict.LOWERED).with(seconds(21), Verdict.RAISED);
    assertThat(history.reversals(seconds(21))).isEqualTo(2);
    assertThat(history.restLeft(seconds(21))).hasSeconds(180);
  }

  @Test
  void reversalsAreForgottenAfterAnHour() {
    MoveHistory history =
        MoveHistory.none()
            .with(seconds(0), Verdict.RAISED)
            .with(seconds(20), Verdict.LOWERED)
            .with(seconds(3000), Verdict.RAISED);

    assertThat(history.reversals(seconds(3000))).isEqualTo(2);
    assertThat(history.reversals(seconds(3621))).isEqualTo(1);
    assertThat(history.reversals(seconds(6601))).isZero();
  }

  @Test
  void noPatternOfRaisesMakesMoreReversalsInAnyHourThanPromised() {
    // The worst case: lowered as soon as it may be, raised at once after that.
    MoveHistory history = MoveHistory.none().with(0, Verdict.RAISED);
    int most = 0;
    for (long second = 1; second < 6 * 3600; second++) {
      if (history.endsWithRaise() && history.restLeft(seconds(second)).isZero()) {
        history = history.with(seconds(second), Verdict.LOWERED);
      } else if (!history.endsWithRaise()) {
        history = history.with(seconds(second), Verdict.RAISED);
      }
      most = Math.max(most, history.reversals(seconds(second)));
    }
    assertThat(most).isEqualTo(MoveHistory.MOST_REVERSALS);
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
