package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.ProcessMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Some threads that do one kind of work over and over for a given time, and count what they did.
 *
 * <p>The time is cut in two: first the JIT and the allocator's caches warm up, then it counts. What
 * is reported is wall time by operations of all threads together, so that fewer is better as in all
 * other tables.
 */
final class Race {

  /** What each thread does until {@link #isOn()} says no. */
  @FunctionalInterface
  interface Work {
    void run(int thread, Race race) throws Exception;
  }

  /** Counters lie this far apart, so that threads do not share cache lines. */
  private static final int STRIDE = 32;

  /** Seldom enough that looking takes well below a hundredth of a processor. */
  private static final long LOOK_MILLIS = 25;

  private final Peer peer;
  private final AtomicLongArray counts;
  private final int threads;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean on = true;

  Race(Peer peer, int threads) {
    this.peer = peer;
    this.threads = threads;
    this.counts = new AtomicLongArray(threads * STRIDE);
  }

  /** Tells whether to go on. */
  boolean isOn() {
    return on;
  }

  /** Counts operations that {@code thread} has done. */
  void did(int thread, long operations) {
    int i = thread * STRIDE;
    counts.setRelease(i, counts.getPlain(i) + operations);
  }

  /** Starts a thread of the peer's kind; what it throws ends the race. */
  Thread start(ThrowingRunnable task) {
    Thread thread = peer.newThread(() -> guarded(task));
    thread.start();
    return thread;
  }

  /** Work that may throw anything. */
  @FunctionalInterface
  interface ThrowingRunnable {
    void run() throws Exception;
  }

  private void guarded(ThrowingRunnable task) {
    try {
      task.run();
    } catch (Exception | Error e) {
      failure.compareAndSet(null, e);
      on = false;
    }
  }

  /** As {@link #run(Settings, Work, Runnable)}, without looking. */
  Map<String, Double> run(Settings settings, Work work) throws Exception {
    return run(settings, work, () -> {});
  }

  /**
   * Runs for the times in the settings {@code warmup} and {@code measure}, in milliseconds.
   *
   * @param look called now and then all the while
   */
  Map<String, Double> run(Settings settings, Work work, Runnable look) throws Exception {
    List<Thread> started = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int number = i;
      started.add(start(() -> work.run(number, this)));
    }
    pass(settings.number("warmup"), look);
    long before = count();
    long start = System.nanoTime();
    pass(settings.number("measure"), look);
    // On a busy machine threads may not have come to count anything yet.
    while (on && count() == before) {
      pass(LOOK_MILLIS, look);
    }
    long operations = count() - before;
    double nanos = System.nanoTime() - start;
    ProcessMemory memory = ProcessMemory.now();
    on = false;
    for (Thread thread : started) {
      thread.join();
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("a thread failed", failed);
    }
    Map<String, Double> result = new HashMap<>();
    result.put(Metrics.NANOS, nanos / operations);
    result.put(Metrics.RESIDENT, (double) memory.residentBytes());
    result.put(Metrics.PEAK_RESIDENT, (double) memory.peakBytes());
    return result;
  }

  private void pass(long millis, Runnable look) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left = millis;
    while (left > 0 && on) {
      Thread.sleep(Math.min(left, LOOK_MILLIS));
      look.run();
      left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
  }

  private long count() {
    long sum = 0;
    for (int i = 0; i < threads; i++) {
      sum += counts.getAcquire(i * STRIDE);
    }
    return sum;
  }
}
