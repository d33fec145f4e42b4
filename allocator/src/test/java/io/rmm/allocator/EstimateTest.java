package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {

  /** Limits of the score interval for a Poisson count, in thousandths: those of other programs. */
  @ParameterizedTest
  @CsvSource({"1, 176, 5665", "2, 548, 7293", "5, 2135, 11706", "10, 5432, 18409"})
  void isTheScoreIntervalOfACount(int count, long low, long high) {
    Estimate estimate = new Estimate(count * 1_000L, Math.round(1_959.964 * Math.sqrt(count)));

    assertThat(estimate.low()).isBetween(low - 2, low + 2);
    assertThat(estimate.high()).isBetween(high - 2, high + 2);
  }

  @Test
  void ofNothingIsFromNothingToTheError() {
    Estimate estimate = new Estimate(0, 2_000);

    assertThat(estimate.low()).isZero();
    assertThat(estimate.high()).isEqualTo(2_000);
  }

  @Test
  void withoutErrorIsTheValueItself() {
    Estimate estimate = new Estimate(1_000, 0);

    assertThat(estimate.low()).isEqualTo(1_000);
    assertThat(estimate.high()).isEqualTo(1_000);
  }

  @Test
  void neverEndsBelowNothing() {
    Estimate estimate = new Estimate(1, Long.MAX_VALUE);

    assertThat(estimate.low()).isZero();
    assertThat(estimate.high()).isEqualTo(Long.MAX_VALUE);
  }
}
