package io.rmm.demo.show;

import java.util.Locale;

/** Numbers for people. */
final class Units {

  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Units() {}

  /** Spells bytes with three digits or so, for example {@code 1.5 MiB}. */
  static String bytes(long bytes) {
    double scaled = bytes;
    int unit = 0;
    while (scaled >= 1024 && unit < BINARY.length - 1) {
      scaled /= 1024;
      unit++;
    }
    String number = unit == 0 || scaled >= 100 ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, number + " %s", scaled, BINARY[unit]);
  }

  /** Spells a count with commas between thousands. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Spells a number of things, for example {@code 1 time} or {@code 2 times}. */
  static String count(long value, String noun) {
    return count(value) + " " + noun + (value == 1 ? "" : "s");
  }
}
