package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UsageThresholdTest {

  private final UsageThreshold threshold = new UsageThreshold();

  @Test
  void withoutAThresholdNothingIsCrossed() {
    assertThat(threshold.isCrossedBy(0)).isFalse();
    assertThat(threshold.isCrossedBy(Long.MAX_VALUE)).isFalse();
    assertThat(threshold.isExceededBy(Long.MAX_VALUE)).isFalse();
    assertThat(threshold.count()).isZero();
  }

  @Test
  void itIsCrossedOnceUntilUsageHasFallenWellBelow() {
    threshold.set(2000);
    assertThat(threshold.isCrossedBy(1999)).isFalse();
    assertThat(threshold.isCrossedBy(2000)).isTrue();
    assertThat(threshold.isCrossedBy(5000)).isFalse();
    assertThat(threshold.isCrossedBy(1900)).isFalse(); // not far enough below
    assertThat(threshold.isCrossedBy(2000)).isFalse();
    assertThat(threshold.isCrossedBy(1899)).isFalse();
    assertThat(threshold.isCrossedBy(2000)).isTrue();
    assertThat(threshold.count()).isEqualTo(2);
  }

  @Test
  void whatIsAboveANewThresholdCountsAsCrossing() {
    threshold.set(1000);
    assertThat(threshold.isCrossedBy(2000)).isTrue();
    threshold.set(1500);
    assertThat(threshold.isCrossedBy(2000)).isTrue();
    threshold.set(0);
    assertThat(threshold.isCrossedBy(2000)).isFalse();
    assertThat(threshold.count()).isEqualTo(2);
  }
}
