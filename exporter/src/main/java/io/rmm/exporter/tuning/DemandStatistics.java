package io.rmm.exporter.tuning;

import java.time.Duration;
import java.util.List;

/**
 * What a window of samples says about demand.
 *
 * <p>The terms are those of TCMalloc's "skip subrelease": memory is worth keeping up to what demand
 * has reached of late, or up to the level that it holds plus the height of its short waves,
 * whichever is less. So a level that lasts is remembered for the whole window, waves are remembered
 * for a minute, and a single peak is forgotten after that minute.
 *
 * <p>Each {@link DemandInterval} says how high and how low demand has been. And what was trimmed at
 * one time and mapped again at another tells of a wave as high as that and the limit, even if no
 * sample saw its crest.
 *
 * @param span time from the first sample to the last
 * @param peakBytes the highest demand in the window
 * @param sustainedBytes the highest level that demand did not fall below for {@link #SUSTAINED}; 0
 *     if the window is shorter than that
 * @param fluctuationBytes from the lowest demand in the last {@link #SHORT_TERM} to the highest
 * @param lowBytes the lowest demand in the last {@link #SHORT_TERM}
 * @param remappedBytes bytes that have been trimmed in the last {@link #SHORT_TERM} and mapped
 *     again since: what a higher limit would have saved
 */
record DemandStatistics(
    Duration span,
    long peakBytes,
    long sustainedBytes,
    long fluctuationBytes,
    long lowBytes,
    long remappedBytes) {

  /** How far the window reaches back; older samples are of no use. */
  static final Duration WINDOW = Duration.ofMinutes(5);

  /** How long a wave is remembered. */
  static final Duration SHORT_TERM = Duration.ofMinutes(1);

  /** How long demand must keep a level for it to count as the trend. */
  static final Duration SUSTAINED = Duration.ofSeconds(20);

  /**
   * Reads a window.
   *
   * @param intervals intervals in the order of time, one or more, from {@link #WINDOW}
   */
  static DemandStatistics of(List<DemandInterval> intervals) {
    DemandInterval last = intervals.getLast();
    List<DemandInterval> recent =
        intervals.stream()
            .filter(interval -> last.nanos() - interval.nanos() <= SHORT_TERM.toNanos())
            .toList();
    long low = recent.stream().mapToLong(DemandInterval::low).min().orElse(0);
    long wave = 0;
    long remapped = 0;
    long outside = 0;
    long largestTrim = 0;
    for (DemandInterval interval : recent) {
      // Within one interval, what was mapped counts as mapped before the rest was trimmed.
      long again = Math.min(outside, interval.mapped());
      if (again > 0) {
        wave = Math.max(wave, interval.limit() + Math.min(again, largestTrim));
      }
      remapped += again;
      outside += interval.trimmed() - again;
      largestTrim = Math.max(largestTrim, interval.trimmed());
    }
    long high = Math.max(low + wave, highest(recent));
    return new DemandStatistics(
        Duration.ofNanos(last.nanos() - intervals.getFirst().nanos()),
        Math.max(high, highest(intervals)),
        sustained(intervals),
        high - low,
        low,
        remapped);
  }

  private static long highest(List<DemandInterval> intervals) {
    return intervals.stream().mapToLong(DemandInterval::high).max().orElse(0);
  }

  /** The highest of the lowest values of all stretches that last long enough. */
  private static long sustained(List<DemandInterval> intervals) {
    long highest = 0;
    for (int start = 0; start < intervals.size(); start++) {
      long low = Long.MAX_VALUE;
      for (int i = start; i < intervals.size() && low > highest; i++) {
        low = Math.min(low, intervals.get(i).low());
        if (intervals.get(i).nanos() - intervals.get(start).nanos() >= SUSTAINED.toNanos()) {
          highest = Math.max(highest, low);
          break;
        }
      }
    }
    return highest;
  }
}
