package io.rmm.jfr;

import java.util.Optional;

/** The setting {@code sampleRatio}: {@code 1/64} for one block of 64. */
abstract class SampleRatioSetting extends ParsedSetting<SampleRatio> {

  private final TraceFilter filter;

  SampleRatioSetting(TraceFilter filter) {
    super(SampleRatio.ALL);
    this.filter = filter;
  }

  @Override
  final Optional<SampleRatio> parse(String text) {
    return SampleRatio.parse(text);
  }

  @Override
  final SampleRatio union(SampleRatio one, SampleRatio other) {
    return one.oneOf() <= other.oneOf() ? one : other;
  }

  @Override
  final String print(SampleRatio value) {
    return value.toString();
  }

  @Override
  final void apply(SampleRatio value) {
    filter.setSampleRatio(value);
  }
}
