package io.rmm.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SizesTest {

  private static final int COUNT = 200_000;

  private static double share(int[] sizes, int from, int below) {
    return Arrays.stream(sizes).filter(size -> size >= from && size < below).count()
        / (double) sizes.length;
  }

  @Test
  void everyDoublingIsEquallyLikely() {
    int[] sizes = Sizes.logUniform(16, 64 << 10, COUNT, 1);
    assertThat(share(sizes, 16, (64 << 10) + 1)).isOne();
    for (int from = 16; from < 64 << 10; from *= 2) {
      // Of 200,000 draws at 1/12 the standard deviation is 0.0006.
      assertThat(share(sizes, from, 2 * from)).isCloseTo(1.0 / 12, within(0.004));
    }
  }

  @Test
  void meanOfTheBurstIsThatOfTheFormula() {
    double mean = Arrays.stream(Sizes.logUniform(256, 128 << 10, COUNT, 2)).average().orElseThrow();
    double expected = ((128 << 10) - 256) / Math.log((128 << 10) / 256.0);
    assertThat(mean).isCloseTo(expected, within(0.02 * expected));
  }

  @Test
  void everySizeIsEquallyLikely() {
    int[] sizes = Sizes.uniform(16, 4096, COUNT, 3);
    assertThat(share(sizes, 16, 4096 + 1)).isOne();
    assertThat(sizes).contains(16, 4096);
    assertThat(share(sizes, 16, 2056)).isCloseTo(0.5, within(0.01));
  }

  @Test
  void likelihoodFallsWithTheSquareOfTheSize() {
    int[] sizes = Sizes.inverseSquare(4, 32 << 10, COUNT, 4);
    assertThat(share(sizes, 4, (32 << 10) + 1)).isOne();
    // The integral of 1 / x^2 from a to b is 1 / a - 1 / b: half of all are below twice the least.
    assertThat(share(sizes, 4, 8)).isCloseTo(0.5, within(0.01));
    assertThat(share(sizes, 64, 128)).isCloseTo(4.0 / 128, within(0.003));
  }

  @Test
  void oneSizeIsThatSize() {
    assertThat(Sizes.logUniform(64, 64, 1000, 5)).containsOnly(64);
  }

  @Test
  void aSeedGivesTheSameSizesAgain() {
    assertThat(Sizes.logUniform(16, 4096, 100, 6)).isEqualTo(Sizes.logUniform(16, 4096, 100, 6));
    assertThat(Sizes.logUniform(16, 4096, 100, 6)).isNotEqualTo(Sizes.logUniform(16, 4096, 100, 7));
  }
}
