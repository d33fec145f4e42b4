package io.rmm.analysis;

import java.util.Arrays;

/**
 * Values over time, the earliest first.
 *
 * <p>Immutable. Built by {@link Builder} from points in the order of their times.
 */
public final class TimeSeries {

  private final long[] times;
  private final long[] values;

  private TimeSeries(long[] times, long[] values) {
    this.times = times;
    this.values = values;
  }

  /** Returns the number of points. */
  public int size() {
    return times.length;
  }

  /** Returns the time of a point, in nanoseconds since the epoch. */
  public long time(int index) {
    return times[index];
  }

  /** Returns the value of a point. */
  public long value(int index) {
    return values[index];
  }

  /** Returns the last value, or 0 of an empty series. */
  public long last() {
    return values.length == 0 ? 0 : values[values.length - 1];
  }

  /** Returns nanoseconds from the first to the last point. */
  public long span() {
    return times.length == 0 ? 0 : times[times.length - 1] - times[0];
  }

  /** Returns the points from a share (0 to 1) of the span onwards. */
  TimeSeries after(double share) {
    if (times.length == 0) {
      return this;
    }
    long from = times[0] + (long) (share * span());
    int first = 0;
    while (times[first] < from) {
      first++;
    }
    return new TimeSeries(
        Arrays.copyOfRange(times, first, times.length),
        Arrays.copyOfRange(values, first, values.length));
  }

  /** Returns at most {@code most} points, each the middle value of a run of neighbours. */
  TimeSeries medians(int most) {
    return thinned(most, true);
  }

  /** Returns at most {@code most} points, each the highest of a run of neighbours. */
  public TimeSeries peaks(int most) {
    return thinned(most, false);
  }

  private TimeSeries thinned(int most, boolean median) {
    if (times.length <= most) {
      return this;
    }
    long[] newTimes = new long[most];
    long[] newValues = new long[most];
    for (int i = 0; i < most; i++) {
      int from = (int) ((long) i * times.length / most);
      int to = (int) ((i + 1L) * times.length / most);
      long[] run = Arrays.copyOfRange(values, from, to);
      Arrays.sort(run);
      newTimes[i] = times[(from + to - 1) / 2];
      newValues[i] = run[median ? run.length / 2 : run.length - 1];
    }
    return new TimeSeries(newTimes, newValues);
  }

  /** Collects points. Not safe for use by several threads. */
  static final class Builder {

    private long[] times = new long[64];
    private long[] values = new long[64];
    private int size;

    /** Adds a point, not earlier than the one before. */
    Builder add(long time, long value) {
      if (size == times.length) {
        times = Arrays.copyOf(times, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      times[size] = time;
      values[size] = value;
      size++;
      return this;
    }

    /** Makes the series. */
    TimeSeries build() {
      return new TimeSeries(Arrays.copyOf(times, size), Arrays.copyOf(values, size));
    }
  }
}
