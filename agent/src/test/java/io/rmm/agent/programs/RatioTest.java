package io.rmm.agent.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Intervals against those of the tables of Student's distribution. */
class RatioTest {

  @Test
  void theIntervalIsStudents() {
    // Of 1, 2, 3, 4, 5: mean 3, standard error 0.7071; the quantile of 4 degrees is 2.776.
    Ratio ratio = Ratio.of(List.of(0.01, 0.02, 0.03, 0.04, 0.05));
    assertThat(ratio.mean()).isCloseTo(Math.exp(0.03), within(1e-9));
    assertThat(ratio.high()).isCloseTo(Math.exp(0.03 + 0.007071 * 2.776), within(2e-5));
    assertThat(ratio.low()).isCloseTo(Math.exp(0.03 - 0.007071 * 2.776), within(2e-5));
  }

  @Test
  void ofManyItIsNarrow() {
    // 30 of each sign: deviation 0.010084, standard error 0.0013019; 59 degrees: 2.001.
    List<Double> logs = IntStream.range(0, 60).mapToObj(i -> i % 2 == 0 ? 0.01 : -0.01).toList();
    Ratio ratio = Ratio.of(logs);
    assertThat(ratio.mean()).isCloseTo(1, within(1e-9));
    assertThat(ratio.high()).isCloseTo(Math.exp(0.0013019 * 2.001), within(1e-5));
  }
}
