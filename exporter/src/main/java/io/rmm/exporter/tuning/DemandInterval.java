package io.rmm.exporter.tuning;

import java.util.ArrayList;
import java.util.List;

/**
 * What happened from one sample to the next.
 *
 * <p>Samples are a second apart, and demand moves between them. But where that costs something, it
 * leaves traces. Memory is mapped only when what is committed does not suffice: so demand has
 * reached what is committed. And memory is trimmed until as much as the limit lies idle: so demand
 * has been that far below what was committed. Each sample therefore says how high and how low
 * demand has been since the one before.
 *
 * @param startNanos when it began
 * @param nanos when it ended
 * @param low the lowest demand that is proved
 * @param high the highest demand that is proved
 * @param demand demand at its end
 * @param committed bytes committed at its end
 * @param mapped bytes mapped
 * @param trimmed bytes trimmed
 * @param limit the limit to which they were
 */
record DemandInterval(
    long startNanos,
    long nanos,
    long low,
    long high,
    long demand,
    long committed,
    long mapped,
    long trimmed,
    long limit) {

  /**
   * Reads {@code window}.
   *
   * @param window samples in the order of time, one or more
   * @return one interval a sample; the first lasts no time, and in it nothing happened
   */
  static List<DemandInterval> of(List<DemandSample> window) {
    List<DemandInterval> intervals = new ArrayList<>(window.size());
    DemandSample first = window.getFirst();
    intervals.add(
        new DemandInterval(
            first.nanos(),
            first.nanos(),
            first.demandBytes(),
            first.demandBytes(),
            first.demandBytes(),
            first.committedBytes(),
            0,
            0,
            0));
    // All that was ever mapped is what is committed and what has been returned. The two are not
    // read at one instant, so that the sum may dip: only new heights count.
    long everMapped = first.committedBytes() + first.returnedBytes();
    DemandSample before = first;
    for (DemandSample sample : window.subList(1, window.size())) {
      long sum = sample.committedBytes() + sample.returnedBytes();
      long mapped = Math.max(0, sum - everMapped);
      intervals.add(between(before, sample, mapped));
      everMapped += mapped;
      before = sample;
    }
    return intervals;
  }

  private static DemandInterval between(DemandSample before, DemandSample sample, long mapped) {
    long trimmed = sample.trimmedBytes() - before.trimmedBytes();
    long high = sample.demandBytes();
    if (mapped > 0) {
      high = Math.max(high, sample.committedBytes());
    }
    long low = sample.demandBytes();
    if (trimmed > 0) {
      low = Math.clamp(sample.committedBytes() - mapped - sample.limitBytes(), 0, low);
    }
    return new DemandInterval(
        before.nanos(),
        sample.nanos(),
        low,
        high,
        sample.demandBytes(),
        sample.committedBytes(),
        mapped,
        trimmed,
        sample.limitBytes());
  }

  /** Returns the bytes committed above demand at its end. */
  long idle() {
    return committed - demand;
  }

  long lengthNanos() {
    return nanos - startNanos;
  }
}
