package io.rmm.jmx.ledger;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest sample, taken anew while there are readers.
 *
 * <p>A sample takes milliseconds, and with 60,000 mappings a good part of a second, too much for
 * those who read beans once a second. So they get the latest one at once, and if it is older than
 * five seconds a new one is begun in a worker. Who comes after a long while would get a very old
 * one; it waits for the new one instead, up to a second. Where nobody reads, nothing is done.
 *
 * <p>Sampling takes one percent of a processor at the most: a sample that took long is kept as long
 * in proportion.
 */
public final class SampledLedger {

  /** Finer than what resident memory is looked at for, which goes by minutes. */
  static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** One percent of the time. */
  static final long KEPT_PER_COST = 100;

  /** A client that reads less often than this finds the sample of its own last read, too old. */
  static final long STALE_AFTER_FRESH = 2;

  private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final System.Logger LOG = System.getLogger("io.rmm.jmx");

  private static final LedgerSample NOTHING_YET =
      new LedgerSample(
          0, 0, Account.UNKNOWN, List.of(), Map.of(), List.of("The first sample is not ready yet"));

  private final Supplier<LedgerSample> sampler;
  private final ExecutorService worker;
  private final LongSupplier nanoClock;
  private @Nullable LedgerSample latest;
  private long latestNanoTime;
  private @Nullable Future<?> running;

  /**
   * Makes the keeper of samples.
   *
   * @param sampler takes a sample
   * @param worker runs it
   * @param nanoClock tells the time
   */
  public SampledLedger(
      Supplier<LedgerSample> sampler, ExecutorService worker, LongSupplier nanoClock) {
    this.sampler = sampler;
    this.worker = worker;
    this.nanoClock = nanoClock;
  }

  /** Returns the latest sample, and has a new one taken if that is not fresh any more. */
  public LedgerSample current() {
    Future<?> awaited;
    synchronized (this) {
      LedgerSample sample = latest;
      if (sample != null) {
        long age = nanoClock.getAsLong() - latestNanoTime;
        long fresh = Math.max(FRESH_NANOS, KEPT_PER_COST * sample.duration());
        if (age < fresh) {
          return sample;
        }
        awaited = begin();
        if (age < STALE_AFTER_FRESH * fresh) {
          return sample;
        }
      } else {
        awaited = begin();
      }
    }
    await(awaited);
    synchronized (this) {
      return latest == null ? NOTHING_YET : latest;
    }
  }

  private @Nullable Future<?> begin() {
    if (running == null) {
      try {
        running = worker.submit(this::sample);
      } catch (RejectedExecutionException e) {
        LOG.log(Level.DEBUG, "The ledger is closed", e);
      }
    }
    return running;
  }

  private void sample() {
    LedgerSample sample = null;
    try {
      sample = sampler.get();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "No sample of the process''s memory could be taken", e);
    } finally {
      synchronized (this) {
        running = null;
        if (sample != null) {
          latest = sample;
          latestNanoTime = nanoClock.getAsLong();
        }
      }
    }
  }

  private static void await(@Nullable Future<?> running) {
    if (running == null) {
      return;
    }
    try {
      running.get(MOST_WAIT_NANOS, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.log(Level.DEBUG, "A sample takes long; an older one is shown", e);
    } catch (ExecutionException e) {
      LOG.log(Level.WARNING, "No sample of the process''s memory could be taken", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
