package io.rmm.exporter.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class DemandStatisticsTest {

  private static final long LIMIT = 50;

  @Test
  void steadyDemandHasNoWaves() {
    DemandStatistics demand = overSeconds(300, second -> 100);

    assertThat(demand)
        .isEqualTo(new DemandStatistics(Duration.ofSeconds(299), 100, 100, 0, 100, 0));
  }

  @Test
  void aSinglePeakIsAWaveForAMinuteAndNeverATrend() {
    IntToLongFunction peakAtTen = second -> second == 10 ? 900 : 100;

    assertThat(overSeconds(71, peakAtTen).fluctuationBytes()).isEqualTo(800);
    DemandStatistics later = overSeconds(72, peakAtTen);
    assertThat(later.fluctuationBytes()).isZero();
    assertThat(later.sustainedBytes()).isEqualTo(100);
    assertThat(later.peakBytes()).isEqualTo(900);
  }

  @Test
  void aLevelThatLastedTwentySecondsIsATrend() {
    assertThat(overSeconds(200, second -> second < 21 ? 700 : 50).sustainedBytes()).isEqualTo(700);
    assertThat(overSeconds(200, second -> second < 20 ? 700 : 50).sustainedBytes()).isEqualTo(50);
  }

  @Test
  void aShortWindowHasNoTrendYet() {
    assertThat(overSeconds(10, second -> 100).sustainedBytes()).isZero();
  }

  @Test
  void wavesAreThoseOfTheLastMinute() {
    DemandStatistics demand =
        overSeconds(300, second -> second < 200 ? second % 2 * 500L : 100 + second % 2 * 30L);

    assertThat(demand.fluctuationBytes()).isEqualTo(30);
    assertThat(demand.lowBytes()).isEqualTo(100);
    assertThat(demand.peakBytes()).isEqualTo(500);
  }

  @Test
  void whatIsTrimmedAndMappedAgainIsRemapped() {
    List<DemandSample> window =
        List.of(
            sample(0, 300, 300, 0, 0),
            sample(1, 100, 200, 100, 100), // 100 trimmed
            sample(2, 260, 260, 100, 100), // 60 of them back
            sample(3, 100, 160, 200, 200)); // another 100 trimmed

    assertThat(of(window).remappedBytes()).isEqualTo(60);
  }

  @Test
  void whatIsMappedBeforeItIsTrimmedIsNot() {
    List<DemandSample> window =
        List.of(sample(0, 0, 0, 0, 0), sample(1, 500, 500, 0, 0), sample(2, 0, 50, 450, 450));

    assertThat(of(window).remappedBytes()).isZero();
  }

  @Test
  void whatGoesBackForOtherReasonsThanTheLimitIsNotRemapped() {
    List<DemandSample> window =
        List.of(sample(0, 300, 300, 0, 0), sample(1, 0, 0, 300, 0), sample(2, 300, 300, 300, 0));

    assertThat(of(window).remappedBytes()).isZero();
    assertThat(of(window).fluctuationBytes()).isEqualTo(300);
  }

  @Test
  void aReturnThatIsReadLateIsNotTakenForAMapping() {
    List<DemandSample> window =
        List.of(
            sample(0, 300, 300, 0, 0),
            sample(1, 100, 200, 0, 0), // given back just now
            sample(2, 100, 200, 100, 100),
            sample(3, 100, 200, 100, 100));

    assertThat(of(window).remappedBytes()).isZero();
  }

  @Test
  void aDipBetweenTwoSamplesIsKnownFromWhatWasTrimmed() {
    DemandStatistics demand =
        of(List.of(sample(0, 300, 300, 0, 0), sample(1, 300, 300, 200, 200))); // and mapped again

    assertThat(demand.lowBytes()).as("200 trimmed, and the limit idle").isEqualTo(50);
    assertThat(demand.fluctuationBytes()).isEqualTo(250);
  }

  @Test
  void aPeakBetweenTwoSamplesIsKnownFromWhatWasMapped() {
    DemandStatistics demand =
        of(
            List.of(
                sample(0, 100, 100, 0, 0),
                sample(1, 100, 300, 0, 0), // 200 mapped, and free again
                sample(2, 100, 150, 150, 150))); // trimmed down to the limit

    assertThat(demand.peakBytes()).isEqualTo(300);
    assertThat(demand.fluctuationBytes()).isEqualTo(200);
    assertThat(demand.lowBytes()).isEqualTo(100);
  }

  @Test
  void aPeakThatIsTrimmedBeforeTheNextSampleIsKnownWhenItComesBack() {
    DemandStatistics demand =
        of(
            List.of(
                sample(0, 0, 0, 0, 0),
                sample(1, 0, 50, 200, 200), // 250 mapped, and trimmed down to the limit
                sample(2, 0, 50, 400, 400))); // the same again

    assertThat(demand.peakBytes()).isEqualTo(250);
    assertThat(demand.fluctuationBytes()).isEqualTo(250);
    assertThat(demand.remappedBytes()).isEqualTo(200);
  }

  @Test
  void manySmallTrimsAreNotTakenForOneLargeWave() {
    DemandStatistics demand =
        of(
            List.of(
                sample(0, 100, 160, 0, 0),
                sample(1, 90, 140, 20, 20),
                sample(2, 80, 130, 30, 30),
                sample(3, 70, 120, 40, 40),
                sample(4, 110, 160, 40, 40))); // all of it back

    assertThat(demand.remappedBytes()).isEqualTo(40);
    assertThat(demand.lowBytes()).isEqualTo(70);
    assertThat(demand.fluctuationBytes()).as("to what was committed").isEqualTo(90);
  }

  private static DemandStatistics of(List<DemandSample> window) {
    return DemandStatistics.of(DemandInterval.of(window));
  }

  private static DemandSample sample(
      int second, long demand, long committed, long returned, long trimmed) {
    return new DemandSample(
        Duration.ofSeconds(second).toNanos(), demand, committed, returned, trimmed, LIMIT);
  }

  private static DemandStatistics overSeconds(int seconds, IntToLongFunction demand) {
    List<DemandSample> window = new ArrayList<>();
    for (int second = 0; second < seconds; second++) {
      window.add(sample(second, demand.applyAsLong(second), 1000, 0, 0));
    }
    return of(window);
  }
}
