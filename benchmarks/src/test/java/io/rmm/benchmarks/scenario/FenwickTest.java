package io.rmm.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.benchmarks.Sizes;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FenwickTest {

  /** Whole numbers, so that both ways of adding give the same sums. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 1000})
  void findsWhatARunningSumFinds(int count) {
    RandomGenerator random = Sizes.random(count);
    Fenwick tree = new Fenwick(count);
    double[] weights = new double[count];
    for (int step = 0; step < 200; step++) {
      int index = random.nextInt(count);
      double change = random.nextInt(1, 10);
      weights[index] += change;
      tree.add(index, change);
      double sum = Arrays.stream(weights).sum();
      assertThat(tree.sum()).isEqualTo(sum);
      double value = random.nextInt((int) sum);
      assertThat(tree.find(value)).isEqualTo(linear(weights, value));
    }
    assertThat(tree.find(tree.sum())).isEqualTo(count - 1);
  }

  private static int linear(double[] weights, double value) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i];
      if (value < sum) {
        return i;
      }
    }
    throw new AssertionError("beyond the sum");
  }
}
