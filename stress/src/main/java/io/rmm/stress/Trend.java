package io.rmm.stress;

import java.util.Locale;

/**
 * Whether something stays or grows, by the straight line that fits its samples best.
 *
 * <p>It is flat if that line rises over the whole time by at most 2 % of the mean, or by 16 MiB if
 * that is more: a leak of one block of 64 bytes in ten thousand allocations would be some hundred
 * times as much. A fall is no failure.
 *
 * @param what what was sampled
 * @param mean the mean of the samples, in bytes
 * @param rise by how much the line rises from the first to the last, in bytes
 */
record Trend(String what, double mean, double rise) {

  private static final double MOST_OF_MEAN = 0.02;
  private static final double ALWAYS_ALLOWED = 16 << 20;

  /** Fits a line by least squares. */
  static Trend of(String what, double[] seconds, double[] bytes) {
    if (seconds.length < 2) {
      throw new IllegalArgumentException("a trend needs 2 samples, not " + seconds.length);
    }
    double meanSeconds = mean(seconds);
    double meanBytes = mean(bytes);
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < seconds.length; i++) {
      double distance = seconds[i] - meanSeconds;
      covariance += distance * (bytes[i] - meanBytes);
      variance += distance * distance;
    }
    double slope = covariance / variance;
    return new Trend(what, meanBytes, slope * (seconds[seconds.length - 1] - seconds[0]));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Returns the rise up to which it counts as flat. */
  double allowed() {
    return Math.max(ALWAYS_ALLOWED, MOST_OF_MEAN * mean);
  }

  boolean isFlat() {
    return rise <= allowed();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, second half: mean %.1f MiB, rise %.1f MiB, allowed %.1f MiB: %s",
        what,
        mean / (1 << 20),
        rise / (1 << 20),
        allowed() / (1 << 20),
        isFlat() ? "flat" : "NOT FLAT");
  }
}
