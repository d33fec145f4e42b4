package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class TrendTest {

  private static final long SECOND = 1_000_000_000;

  @Test
  void tellsTheSlopeOfALine() {
    Trend trend = Trend.of(series(50, second -> 1000 + 7 * second));

    assertThat(trend.perSecond()).isEqualTo(7);
    assertThat(trend.latePerSecond()).isEqualTo(7);
    assertThat(trend.risingShare()).isEqualTo(1);
    assertThat(trend.samples()).isEqualTo(50);
    assertThat(trend.change()).isEqualTo(7 * 49.0);
  }

  @Test
  void isNotMovedByOneWrongPointInFive() {
    Trend trend =
        Trend.of(series(50, second -> second % 5 == 0 ? 1_000_000_000 : 1000 + 7 * second));

    assertThat(trend.perSecond()).isCloseTo(7, within(0.5));
  }

  @Test
  void noiseDoesNotRise() {
    Random random = new Random(42);
    Trend trend = Trend.of(series(300, second -> 1_000_000 + random.nextInt(100_000)));

    assertThat(trend.risingShare()).isCloseTo(0.5, within(0.06));
  }

  @Test
  void aLevelDoesNotRise() {
    Trend trend = Trend.of(series(100, second -> 5_000_000));

    assertThat(trend.perSecond()).isZero();
    assertThat(trend.risingShare()).isZero();
  }

  @Test
  void aCacheThatFillsHasAFlatLaterHalf() {
    Trend trend = Trend.of(series(60, second -> Math.min(second, 20) * 1_000_000));

    assertThat(trend.latePerSecond()).isZero();
  }

  @Test
  void longSeriesKeepTheirSlope() {
    Random random = new Random(7);
    Trend trend = Trend.of(series(50_000, second -> 3 * second + random.nextInt(10_000)));

    assertThat(trend.perSecond()).isCloseTo(3, within(0.01));
    assertThat(trend.samples()).isEqualTo(50_000);
  }

  @Test
  void pointsOfOneMomentHaveNoSlope() {
    TimeSeries series = new TimeSeries.Builder().add(5, 1).add(5, 100).build();

    assertThat(Trend.of(series).perSecond()).isZero();
  }

  @Test
  void anEmptySeriesHasNoTrend() {
    assertThat(Trend.of(new TimeSeries.Builder().build())).isEqualTo(new Trend(0, 0, 0, 0, 0));
  }

  private static TimeSeries series(int size, LongUnaryOperator value) {
    TimeSeries.Builder points = new TimeSeries.Builder();
    for (long second = 0; second < size; second++) {
      points.add(second * SECOND, value.applyAsLong(second));
    }
    return points.build();
  }
}
