package io.rmm.exporter.tuning;

import io.rmm.allocator.ChunkEvent;

/**
 * Adds up what the operating system does because memory lay idle: what it takes back for that
 * reason, and what of it is mapped again.
 *
 * <p>That memory is mapped <i>again</i> is not told: chunk events tell of new address space, and
 * the snapshot of all that becomes committed. So what is mapped counts as mapped again until as
 * much has come as had gone, and the time that mapping took is shared out by bytes.
 *
 * <p>Safe for use by the thread that tells of chunks and that of the loop.
 */
final class ReturnCosts {

  private long trimmedBytes;
  private long returnNanos;
  private long returnBytes;
  private long remapNanos;
  private long remapBytes;

  /** What has gone back and not come again. */
  private long outside;

  /** How long mapping has taken since the last step. */
  private long mapNanos;

  synchronized void add(ChunkEvent event) {
    if (event.kind() == ChunkEvent.Kind.MAP) {
      mapNanos += event.durationNanos();
      return;
    }
    boolean trimmed = event.cause().equals("limit");
    if (trimmed || event.cause().equals("idle")) {
      returnNanos += event.durationNanos();
      returnBytes += event.bytes();
      outside += event.bytes();
      trimmedBytes += trimmed ? event.bytes() : 0;
    }
  }

  /** Notes that {@code mappedBytes} have been mapped since the last step. */
  synchronized void step(long mappedBytes) {
    long again = Math.min(outside, mappedBytes);
    if (again > 0) {
      remapNanos += Math.round((double) mapNanos * again / mappedBytes);
      remapBytes += again;
      outside -= again;
    }
    mapNanos = 0;
  }

  /** Forgets what has gone back: nobody has looked whether it has come again. */
  synchronized void pause() {
    outside = 0;
    mapNanos = 0;
  }

  /** Returns the bytes that went back so far because they lay idle above the retained limit. */
  synchronized long trimmedBytes() {
    return trimmedBytes;
  }

  /** Returns the nanoseconds so far. */
  synchronized long nanos() {
    return returnNanos + remapNanos;
  }

  synchronized ReturnPrices prices() {
    return new ReturnPrices(returnNanos, returnBytes, remapNanos, remapBytes);
  }
}
