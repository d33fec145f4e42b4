package io.rmm.jmx.ledger;

import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest sample of something that takes long to find out, taken anew as long as somebody reads.
 *
 * <p>A sample of the process's memory takes milliseconds, and with 60,000 mappings a good part of a
 * second: too much for those who read beans once a second, and for a thread that exports metrics.
 * So samples are taken by a worker, and readers get the latest at once. The worker goes on for two
 * minutes after the last read, so that a client that comes once a minute finds a fresh sample and
 * not the one of its own last visit. Where nobody reads, nothing is done.
 *
 * <p>Who comes first, or after a long while, may wait for a sample ({@link #current}), up to a
 * second, or do without ({@link #latest}).
 *
 * <p>Sampling takes one percent of a processor at the most: after a sample that took much of its
 * time, or failed, the worker rests as long in proportion. The first sample is an exception: it
 * loads and compiles what the others use.
 *
 * @param <T> what a sample tells
 */
final class Sampled<T> {

  /** One percent of the time. */
  static final long REST_PER_COST = 100;

  /** Twice the period of the slowest clients that are usual, exporters of metrics. */
  static final long READ_FOR_NANOS = TimeUnit.SECONDS.toNanos(120);

  /** With this many rests behind it, a sample tells more of the past than of now. */
  private static final long STALE_AFTER_RESTS = 2;

  private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Supplier<T> sampler;
  private final long freshNanos;
  private final long readForNanos;
  private final ScheduledExecutorService worker;
  private final LongSupplier nanoClock;
  private final LongSupplier costClock;
  private @Nullable T latest;
  private long latestNanoTime;
  private long restNanos;
  private long restedNanoTime;
  private long readNanoTime;
  private boolean goesOn;
  private volatile boolean failed;

  /** The number of the work that is planned or going on: what an earlier one brings is too late. */
  private long plan;

  private @Nullable Future<?> planned;

  /** Completed when the work that is going on has ended; null while it rests. */
  private @Nullable CompletableFuture<Void> due;

  /**
   * Makes a keeper of samples.
   *
   * @param sampler takes a sample
   * @param freshNanos the least time between two samples
   * @param worker runs the sampler
   * @param nanoClock tells the time
   * @param costClock tells how much time of a processor the thread that asks has had
   */
  Sampled(
      Supplier<T> sampler,
      long freshNanos,
      ScheduledExecutorService worker,
      LongSupplier nanoClock,
      LongSupplier costClock) {
    this(sampler, freshNanos, READ_FOR_NANOS, worker, nanoClock, costClock);
  }

  Sampled(
      Supplier<T> sampler,
      long freshNanos,
      long readForNanos,
      ScheduledExecutorService worker,
      LongSupplier nanoClock,
      LongSupplier costClock) {
    this.sampler = sampler;
    this.freshNanos = freshNanos;
    this.readForNanos = readForNanos;
    this.worker = worker;
    this.nanoClock = nanoClock;
    this.costClock = costClock;
    this.restedNanoTime = nanoClock.getAsLong();
  }

  /** Returns the latest sample, if there is one, and has the worker go on. Never waits. */
  synchronized Optional<T> latest() {
    readNanoTime = nanoClock.getAsLong();
    if (!goesOn) {
      goOn(Math.max(0, restedNanoTime - readNanoTime));
    }
    return Optional.ofNullable(latest);
  }

  /**
   * Returns a sample of now, at most two rests of the worker old. Waits for it for a second at the
   * most, and then returns an older one, or none.
   */
  Optional<T> current() {
    CompletableFuture<Void> awaited;
    synchronized (this) {
      Optional<T> sample = latest();
      boolean stale = readNanoTime - latestNanoTime > STALE_AFTER_RESTS * restNanos;
      if (due == null || (sample.isPresent() && !stale)) {
        return sample;
      }
      awaited = due;
    }
    await(awaited);
    return latest();
  }

  /** Forgets what is known, and ends the sampling until somebody reads again. */
  synchronized void stop() {
    plan++;
    latest = null;
    restedNanoTime = nanoClock.getAsLong();
    if (planned != null) {
      planned.cancel(false);
    }
    end();
  }

  private void goOn(long delayNanos) {
    plan++;
    long number = plan;
    try {
      if (delayNanos == 0) {
        due = new CompletableFuture<>();
      }
      planned = worker.schedule(() -> work(number), delayNanos, TimeUnit.NANOSECONDS);
      goesOn = true;
    } catch (RejectedExecutionException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "The worker has ended", e);
      end();
    } catch (OutOfMemoryError e) {
      // There is no thread to be had. Whoever reads has older figures, and the next tries again.
      end();
    }
  }

  private void work(long number) {
    try {
      workOnce(number);
    } catch (Throwable e) {
      // Such as a full Java heap where nothing else looks for it: or nobody would ever go on.
      giveUp(number);
    }
  }

  private synchronized void giveUp(long number) {
    failed = true;
    if (number == plan) {
      restedNanoTime = nanoClock.getAsLong() + freshNanos;
      end();
    }
  }

  private void workOnce(long number) {
    synchronized (this) {
      if (number != plan) {
        return;
      }
      if (nanoClock.getAsLong() - readNanoTime > readForNanos) {
        end();
        return;
      }
      if (due == null) {
        due = new CompletableFuture<>();
      }
    }
    long start = costClock.getAsLong();
    @Nullable T sample = null;
    try {
      sample = sampler.get();
    } catch (RuntimeException | OutOfMemoryError e) {
      Log.logger("io.rmm.jmx")
          .log(failed ? Level.DEBUG : Level.WARNING, "No sample could be taken", e);
    } finally {
      keep(number, sample, costClock.getAsLong() - start);
    }
  }

  private synchronized void keep(long number, @Nullable T sample, long costNanos) {
    failed = sample == null;
    if (number != plan) {
      return;
    }
    long now = nanoClock.getAsLong();
    boolean first = latest == null && sample != null;
    restNanos = first ? freshNanos : Math.max(freshNanos, REST_PER_COST * costNanos);
    if (sample != null) {
      latest = sample;
      latestNanoTime = now;
    }
    restedNanoTime = now + restNanos;
    end();
    goOn(restNanos);
  }

  private void end() {
    goesOn = false;
    if (due != null) {
      due.complete(null);
      due = null;
    }
  }

  private static void await(CompletableFuture<Void> sampled) {
    try {
      sampled.get(MOST_WAIT_NANOS, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "A sample takes long; an older one is shown", e);
    } catch (ExecutionException e) {
      throw new AssertionError("completed without an error", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
