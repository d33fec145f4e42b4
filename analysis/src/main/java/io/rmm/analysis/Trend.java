package io.rmm.analysis;

import java.util.Arrays;

/**
 * How a value moves over time, told robustly.
 *
 * <p>The slope is that of Theil and Sen: the middle one of the slopes between all pairs of points.
 * Nearly three points in ten can be arbitrarily wrong (a burst, a purge, a pause of the recorder)
 * before it breaks, where one such point bends a least-squares line. The same pairs give the rising
 * share: the share of pairs whose later value is the higher one (Kendall's measure, without its
 * minus side). Noise around a level has a rising share of one half or less, memory that only grows
 * one near 1, and a sawtooth is told by how little its teeth matter beside its climb.
 *
 * <p>The cost is the square of the number of points; longer series are cut to {@value #MOST_POINTS}
 * medians of neighbours first, some 80,000 pairs, which keeps the slope robust.
 *
 * @param perSecond the slope, in units a second
 * @param latePerSecond the slope of the later half alone: far below the other where growth levels
 *     off, as that of a cache being filled does
 * @param risingShare share of pairs whose later value is higher, 0 to 1
 * @param samples points before the cut
 * @param spanNanos nanoseconds from the first to the last point
 */
public record Trend(
    double perSecond, double latePerSecond, double risingShare, int samples, long spanNanos) {

  private static final int MOST_POINTS = 400;
  private static final double NANOS = 1e9;

  /** Computes the trend of a series; all 0 if it has fewer than two points in time. */
  static Trend of(TimeSeries series) {
    TimeSeries points = series.medians(MOST_POINTS);
    double late = slope(points.after(0.5));
    return new Trend(slope(points), late, risingShare(points), series.size(), series.span());
  }

  /** Returns by how much the value changed over the span, after the slope. */
  public double change() {
    return perSecond * spanNanos / NANOS;
  }

  private static double slope(TimeSeries points) {
    double[] slopes = new double[pairs(points)];
    int count = 0;
    for (int later = 1; later < points.size(); later++) {
      for (int earlier = 0; earlier < later; earlier++) {
        long nanos = points.time(later) - points.time(earlier);
        if (nanos > 0) {
          slopes[count++] = (points.value(later) - points.value(earlier)) * NANOS / nanos;
        }
      }
    }
    return median(slopes, count);
  }

  private static double risingShare(TimeSeries points) {
    int rising = 0;
    for (int later = 1; later < points.size(); later++) {
      for (int earlier = 0; earlier < later; earlier++) {
        rising += points.value(later) > points.value(earlier) ? 1 : 0;
      }
    }
    return rising / (double) Math.max(1, pairs(points));
  }

  private static int pairs(TimeSeries points) {
    return points.size() * (points.size() - 1) / 2;
  }

  private static double median(double[] values, int count) {
    Arrays.sort(values, 0, count);
    return count == 0 ? 0 : (values[(count - 1) / 2] + values[count / 2]) / 2;
  }
}
