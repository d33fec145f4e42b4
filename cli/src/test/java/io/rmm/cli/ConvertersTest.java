package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {

  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "60s, PT1M", "90, PT1M30S", "5m, PT5M", "2H, PT2H", "0, PT0S"})
  void durations(String text, Duration duration) {
    assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-1s", "1.5h", "1d", "1 s", "9999999999999s"})
  void notDurations(String text) {
    assertThatThrownBy(() -> new DurationConverter().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1k, 1024", "64m, 67108864", "1G, 1073741824", "2tb, 2199023255552", "5b, 5"})
  void sizes(String text, long bytes) {
    assertThat(new ByteSizeConverter().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "m", "-1", "1.5g", "1 g", "8388608t", "999999999999999999g"})
  void notSizes(String text) {
    assertThatThrownBy(() -> new ByteSizeConverter().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }
}
