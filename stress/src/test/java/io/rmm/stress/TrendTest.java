package io.rmm.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a soak is judged by. */
class TrendTest {

  private static final double MIB = 1 << 20;

  private static Trend trend(IntToDoubleFunction bytes) {
    return Trend.of(
        "it",
        IntStream.range(0, 901).mapToDouble(i -> i).toArray(),
        IntStream.range(0, 901).mapToDouble(bytes).toArray());
  }

  @Test
  void aLeakIsFoundAmidTheNoise() {
    SplittableRandom random = new SplittableRandom(1);
    Trend trend = trend(i -> (700 + i * 0.03 + random.nextDouble(50)) * MIB);
    assertThat(trend.rise()).isCloseTo(27 * MIB, within(3 * MIB));
    assertThat(trend.allowed()).isEqualTo(16 * MIB);
    assertThat(trend.isFlat()).isFalse();
    assertThat(trend.toString()).endsWith("NOT FLAT");
  }

  @Test
  void whatGoesUpAndDownIsFlat() {
    assertThat(trend(i -> (i % 60 < 10 ? 520 : 640) * MIB).isFlat()).isTrue();
    assertThat(trend(i -> 640 * MIB).rise()).isCloseTo(0, within(1.0));
    assertThat(trend(i -> (900 - i) * MIB).isFlat()).isTrue();
  }

  @Test
  void twoPercentAreAllowedOfMuch() {
    assertThat(trend(i -> (10_000 + i * 0.1) * MIB).isFlat()).isTrue();
    assertThat(trend(i -> (10_000 + i) * MIB).isFlat()).isFalse();
  }

  @Test
  void oneSampleIsNoTrend() {
    assertThatThrownBy(() -> Trend.of("it", new double[1], new double[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
