package io.rmm.allocator.observe;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The mean bytes between two samples, which adapts to what is there to be sampled.
 *
 * <p>An observation costs 2 to 3 us, nearly all of it the stack walk. So the mean doubles with
 * every {@link #MAX_PER_SECOND} observations within a second, so that a sudden flood costs a few
 * hundred of them, and falls back, not below where it began, when there are few.
 *
 * <p>May be used by any thread; {@link #tick} by one.
 */
public final class SampleMean {

  /** Observations a second above which the mean rises: 0.03 % of a processor at 3 us each. */
  private static final int MAX_PER_SECOND = 100;

  /** Keeps the doubling from overflowing; no machine allocates that much in a second. */
  private static final long MAX_BYTES = 1L << 46;

  private final AtomicInteger thisSecond = new AtomicInteger();
  private volatile long least;
  private volatile long bytes;

  /** Makes a mean of {@code bytes}; 0 if everything is observed. */
  public SampleMean(long bytes) {
    this.least = bytes;
    this.bytes = bytes;
  }

  /** Sets what it falls back to, and lets it begin there. */
  void set(long bytes) {
    least = bytes;
    this.bytes = bytes;
  }

  /** Returns the mean in force, in bytes; 0 if everything is observed. */
  public long bytes() {
    return bytes;
  }

  /** Notes that something was observed. */
  public void noteSample() {
    if (thisSecond.incrementAndGet() % MAX_PER_SECOND == 0) {
      // Racing threads may lose a doubling; the next hundred will make up for it.
      bytes = Math.min(2 * bytes, MAX_BYTES);
    }
  }

  /** Lets the mean fall back if there was little to observe. To be called once a second. */
  public void tick() {
    if (thisSecond.getAndSet(0) < MAX_PER_SECOND / 4 && bytes > least) {
      bytes = Math.max(least, bytes / 2);
    }
  }

  /** Returns the bytes that a sample of {@code bytes}, of a countdown with {@code mean}, is for. */
  public static long weight(long bytes, long mean) {
    return mean == 0 ? bytes : Math.round(bytes / -Math.expm1(-(double) bytes / mean));
  }
}
