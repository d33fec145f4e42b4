package io.rmm.benchmarks.run;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What has become of one thing that the issue asks for.
 *
 * @param what for example {@code 64 B: rmm / netty-adaptive}
 * @param value what was measured; empty if it was not
 * @param limit the highest value that is good
 */
record Verdict(String what, OptionalDouble value, double limit) {

  /** One line for people. */
  String text() {
    if (value.isEmpty()) {
      return String.format(Locale.ROOT, "not measured  %s (at most %s)", what, number(limit));
    }
    return String.format(
        Locale.ROOT,
        "%s  %s: %s, at most %s",
        isReached() ? "reached     " : "MISSED      ",
        what,
        number(value.getAsDouble()),
        number(limit));
  }

  boolean isReached() {
    return value.isPresent() && value.getAsDouble() <= limit;
  }

  static String number(double value) {
    double size = Math.abs(value);
    String pattern = size >= 1000 ? "%,.0f" : size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, pattern, value);
  }
}
