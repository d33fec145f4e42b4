package io.rmm.stress;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations such as {@code 90s}, {@code 30m} and {@code 8h}. */
final class DurationConverter implements ITypeConverter<Duration> {

  /** Made by picocli. */
  DurationConverter() {}

  @Override
  public Duration convert(String text) {
    if (!text.matches("\\d{1,9}[smh]")) {
      throw new TypeConversionException("'" + text + "' is no duration; write for example 30m");
    }
    return Duration.parse("PT" + text);
  }
}
