package io.rmm.analysis.report;

import io.rmm.analysis.Account;
import io.rmm.analysis.Quantities;
import io.rmm.analysis.TimeSeries;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The used and committed bytes of one account over the time of the recording, as the parts of a
 * small SVG picture. All pictures of a report share one time axis; each has its own height, written
 * beside it.
 *
 * @param used outline of the used bytes, as an SVG path
 * @param committed line of the committed bytes, as an SVG path; empty for a budget
 * @param limit height of the hard limit's line, or null if there is none near
 * @param words what the picture shows, for those who do not see it
 */
public record Chart(String used, String committed, @Nullable String limit, String words) {

  /** The width of the picture. */
  public static final int WIDTH = 240;

  /** The height of the picture. */
  public static final int HEIGHT = 48;

  private static final int MOST_POINTS = WIDTH;

  /** Draws an account between two moments. */
  static Chart of(Account account, Instant start, Instant end) {
    TimeSeries used = account.used().peaks(MOST_POINTS);
    TimeSeries committed = account.committed().peaks(MOST_POINTS);
    long highest = Math.max(1, Math.max(highest(used), highest(committed)));
    OptionalLong limit = account.hardLimit();
    // A limit far above everything would press the curve flat.
    boolean near = limit.isPresent() && limit.getAsLong() / 2 <= highest;
    Scale scale = new Scale(start, end, near ? Math.max(highest, limit.getAsLong()) : highest);
    return new Chart(
        scale.area(used),
        scale.line(committed),
        near ? scale.y(limit.getAsLong()) : null,
        words(account, used));
  }

  private static String words(Account account, TimeSeries used) {
    return "Used bytes of "
        + account.title()
        + ": "
        + Quantities.bytes(used.value(0))
        + " at first, "
        + Quantities.bytes(highest(used))
        + " at most, "
        + Quantities.bytes(used.last())
        + " at last";
  }

  private static long highest(TimeSeries series) {
    long highest = 0;
    for (int i = 0; i < series.size(); i++) {
      highest = Math.max(highest, series.value(i));
    }
    return highest;
  }

  /** Turns moments and bytes into places in the picture. */
  private record Scale(Instant start, Instant end, long top) {

    String line(TimeSeries series) {
      StringBuilder path = new StringBuilder();
      for (int i = 0; i < series.size(); i++) {
        path.append(i == 0 ? 'M' : 'L')
            .append(x(series.time(i)))
            .append(' ')
            .append(y(series.value(i)));
      }
      return path.toString();
    }

    String area(TimeSeries series) {
      return line(series)
          + "L"
          + x(series.time(series.size() - 1))
          + " "
          + y(0)
          + "L"
          + x(series.time(0))
          + " "
          + y(0)
          + "Z";
    }

    String x(long nanos) {
      double whole = Math.max(1, Duration.between(start, end).toNanos());
      double part = Duration.between(start, Instant.EPOCH.plusNanos(nanos)).toNanos();
      return format(Math.clamp(part / whole, 0, 1) * WIDTH);
    }

    String y(long bytes) {
      // One unit of margin keeps lines at the top and bottom whole.
      return format(HEIGHT - 1 - (double) bytes / top * (HEIGHT - 2));
    }

    private static String format(double number) {
      return String.format(Locale.ROOT, "%.1f", number);
    }
  }
}
