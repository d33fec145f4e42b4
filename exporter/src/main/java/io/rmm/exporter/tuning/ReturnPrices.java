package io.rmm.exporter.tuning;

import io.rmm.allocator.TuningEffect;
import io.rmm.exporter.tuning.RetentionModel.Replayed;

/**
 * What it costs to give idle memory back and to find it again, as this process has measured it. No
 * figure stands in for one that has not been measured.
 *
 * @param returnNanos how long the operating system has taken to take idle memory back
 * @param returnBytes how much that was
 * @param remapNanos how long it has taken to find such memory again. Where address space stays
 *     reserved, as on Linux, nothing is asked for then, and this is 0: memory comes at the first
 *     touch
 * @param remapBytes how much that was
 */
record ReturnPrices(long returnNanos, long returnBytes, long remapNanos, long remapBytes) {

  /** Returns what {@code replayed} costs, in nanoseconds a second, or that it is not known. */
  long cost(Replayed replayed) {
    if ((replayed.returnedBytes() > 0 && returnBytes == 0)
        || (replayed.remappedBytes() > 0 && remapBytes == 0)) {
      return TuningEffect.NOT_KNOWN;
    }
    double nanos =
        price(replayed.returnedBytes(), returnNanos, returnBytes)
            + price(replayed.remappedBytes(), remapNanos, remapBytes);
    return Math.round(nanos / replayed.span().toNanos() * 1e9);
  }

  private static double price(long bytes, long nanos, long ofBytes) {
    return bytes == 0 ? 0 : (double) bytes * nanos / ofBytes;
  }
}
