package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimeSeriesTest {

  @Test
  void isEmptyWithoutPoints() {
    TimeSeries series = new TimeSeries.Builder().build();

    assertThat(series.size()).isZero();
    assertThat(series.last()).isZero();
    assertThat(series.span()).isZero();
    assertThat(series.after(0.5).size()).isZero();
  }

  @Test
  void leavesOutAShareOfItsTime() {
    TimeSeries series = counting(11).after(0.2);

    assertThat(series.size()).isEqualTo(9);
    assertThat(series.time(0)).isEqualTo(2);
    assertThat(series.last()).isEqualTo(10);
  }

  @Test
  void keepsShortSeriesAsTheyAre() {
    TimeSeries series = counting(10);

    assertThat(series.medians(10)).isSameAs(series);
    assertThat(series.peaks(10)).isSameAs(series);
  }

  @Test
  void thinsToMiddleOrHighestValues() {
    TimeSeries.Builder points = new TimeSeries.Builder();
    for (int i = 0; i < 300; i++) {
      points.add(i, i % 3 == 1 ? 1_000_000 : i);
    }
    TimeSeries series = points.build();

    assertThat(series.peaks(100).size()).isEqualTo(100);
    assertThat(series.peaks(100).value(50)).isEqualTo(1_000_000);
    assertThat(series.medians(100).size()).isEqualTo(100);
    assertThat(series.medians(100).value(50)).isEqualTo(152);
  }

  private static TimeSeries counting(int size) {
    TimeSeries.Builder points = new TimeSeries.Builder();
    for (int i = 0; i < size; i++) {
      points.add(i, i);
    }
    return points.build();
  }
}
