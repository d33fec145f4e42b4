package io.rmm.dashboards.console;

import java.time.Duration;
import java.util.Locale;

/** Numbers and names for people, in few columns. */
public final class Amounts {

  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Amounts() {}

  /** Spells bytes in eight columns at most, for example {@code 1.5 MiB}. */
  public static String bytes(long bytes) {
    double scaled = bytes;
    int unit = 0;
    while (scaled >= 1024 && unit < BINARY.length - 1) {
      scaled /= 1024;
      unit++;
    }
    String number = unit == 0 || scaled >= 100 ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, number + " %s", scaled, BINARY[unit]);
  }

  /** Spells a count in seven columns at most, for example {@code 12,345} or {@code 1,234 k}. */
  static String count(long count) {
    if (count < 100_000) {
      return String.format(Locale.ROOT, "%,d", count);
    }
    String units = "kMGTPE";
    double scaled = count / 1e3;
    int unit = 0;
    while (scaled >= 9_999.5 && unit < units.length() - 1) {
      scaled /= 1e3;
      unit++;
    }
    return String.format(Locale.ROOT, "%,.0f %c", scaled, units.charAt(unit));
  }

  /** Spells a time in its two largest units, for example {@code 3 min 12 s}. */
  static String time(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3_600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    if (seconds < 86_400) {
      return seconds / 3_600 + " h " + seconds / 60 % 60 + " min";
    }
    return seconds / 86_400 + " d " + seconds / 3_600 % 24 + " h";
  }

  /**
   * Makes a text that the watched program has chosen fit for a terminal: on one line, and without
   * characters that would steer it.
   */
  public static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .map(
            point ->
                switch (Character.getType(point)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.SURROGATE,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR ->
                      '?';
                  default -> point;
                })
        .forEach(printable::appendCodePoint);
    return printable.toString();
  }

  /** Returns a text of exactly {@code width} characters; of a long one, its end is left out. */
  static String fit(String text, int width) {
    return text.length() <= width
        ? text + " ".repeat(width - text.length())
        : text.substring(0, Math.max(0, width - 1)) + "\u2026";
  }

  /** Returns a path of at most {@code width} characters; of a long one, its begin is left out. */
  static String fitPath(String path, int width) {
    return path.length() <= width
        ? fit(path, width)
        : "\u2026" + path.substring(path.length() - width + 1);
  }
}
