package io.rmm.demo.show;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {

  @Test
  void counts() {
    assertThat(Units.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Units.count(0, "time")).isEqualTo("0 times");
    assertThat(Units.count(1, "time")).isEqualTo("1 time");
    assertThat(Units.count(1_000, "time")).isEqualTo("1,000 times");
  }
}
