package io.rmm.demo.show;

import java.util.Locale;

/** Counts for people. */
final class Units {

  private Units() {}

  /** Spells a count with commas between thousands. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Spells a number of things, for example {@code 1 time} or {@code 2 times}. */
  static String count(long value, String noun) {
    return count(value) + " " + noun + (value == 1 ? "" : "s");
  }
}
