package io.rmm.jfr;

import java.util.Optional;

/** The setting {@code sampleRatio}: {@code 1/64} for one block of 64. */
final class SampleRatioSetting extends ParsedSetting<SampleRatio> {

  SampleRatioSetting() {
    super(SampleRatio.ALL);
  }

  @Override
  Optional<SampleRatio> parse(String text) {
    return SampleRatio.parse(text);
  }

  @Override
  SampleRatio union(SampleRatio one, SampleRatio other) {
    return one.oneOf() <= other.oneOf() ? one : other;
  }

  @Override
  String print(SampleRatio value) {
    return value.toString();
  }

  @Override
  void apply(SampleRatio value) {
    TraceFilter.IN_FORCE.setSampleRatio(value);
  }
}
