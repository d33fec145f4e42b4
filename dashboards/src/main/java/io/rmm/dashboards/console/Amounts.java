package io.rmm.dashboards.console;

import java.time.Duration;
import java.util.Locale;
import org.jline.utils.AttributedString;

/** Numbers and names for people, in few columns. */
public final class Amounts {

  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private static final String ELLIPSIS = "\u2026";

  /**
   * Columns of a name in a sentence: longer than any that people give, and a line of a terminal.
   */
  private static final int BRIEF = 100;

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

  /**
   * Makes a name that the watched program has chosen fit for a terminal, and not too long for a
   * sentence: of a long one the begin is left out, since that of a path tells least.
   */
  public static String brief(String name) {
    return endOf(printable(name), BRIEF);
  }

  /** Returns a text of exactly {@code width} columns; of a long one, its end is left out. */
  static String fit(String text, int width) {
    return padded(beginOf(text, width), width);
  }

  /** Returns a path of exactly {@code width} columns; of a long one, its begin is left out. */
  static String fitPath(String path, int width) {
    return padded(endOf(path, width), width);
  }

  /** Returns as much of a text as fits into {@code width} columns. */
  static String beginOf(String text, int width) {
    AttributedString whole = new AttributedString(text);
    return whole.columnLength() <= width
        ? text
        : whole.columnSubSequence(0, width - 1) + (width < 1 ? "" : ELLIPSIS);
  }

  private static String endOf(String text, int width) {
    AttributedString whole = new AttributedString(text);
    int columns = whole.columnLength();
    if (columns <= width) {
      return text;
    }
    int from = columns - width + 1;
    AttributedString end = whole.columnSubSequence(from, columns);
    // A wide character that begins before is taken as a whole.
    return ELLIPSIS
        + (end.columnLength() < width ? end : whole.columnSubSequence(from + 1, columns));
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - new AttributedString(text).columnLength()));
  }
}
