package io.rmm.jfr;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The setting {@code minimumTime}: {@code 1 ms}, with the units of Flight Recorder's thresholds.
 *
 * <p>It is there in place of {@code threshold}, which looks at an event's duration. The kernel
 * tells of what took long after it is over and outside its locks, and Flight Recorder lets nobody
 * date an event back, so the time measured is a field like others.
 */
abstract class MinimumTimeSetting extends ParsedSetting<Long> {

  /** Nine digits of seconds do not overflow. */
  private static final Pattern TEXT = Pattern.compile("\\s*([0-9]{1,9})\\s*(ns|us|ms|s)\\s*");

  private volatile long nanos;

  MinimumTimeSetting(long nanos) {
    super(nanos);
    this.nanos = nanos;
  }

  /** Tells whether what took so long is to be recorded. */
  final boolean accepts(long took) {
    return took >= nanos;
  }

  @Override
  final Optional<Long> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(Long.parseLong(matcher.group(1)) * nanosOf(matcher.group(2)))
        : Optional.empty();
  }

  @Override
  final Long union(Long one, Long other) {
    return Math.min(one, other);
  }

  @Override
  final String print(Long value) {
    for (String unit : new String[] {"s", "ms", "us"}) {
      if (value > 0 && value % nanosOf(unit) == 0) {
        return value / nanosOf(unit) + " " + unit;
      }
    }
    return value + " ns";
  }

  @Override
  final void apply(Long value) {
    nanos = value;
  }

  private static long nanosOf(String unit) {
    return switch (unit) {
      case "s" -> 1_000_000_000;
      case "ms" -> 1_000_000;
      case "us" -> 1_000;
      default -> 1;
    };
  }
}
