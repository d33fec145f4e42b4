package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.peer.ProcessMemory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many virtual threads, each of which allocates, writes and frees ten blocks of 64 B to 16 KiB;
 * less the time of the same threads doing nothing. Runs of both kinds alternate, and medians count.
 */
final class VirtualThreads {

  private static final int PAIRS = 10;
  private static final int COUNT = 1 << 12;
  private static final int LEAST = 64;
  private static final int MOST = 16 << 10;

  private final Peer peer;
  private final int threads;
  private final int[] sizes = Sizes.logUniform(LEAST, MOST, COUNT, 1);
  private final AtomicInteger failures = new AtomicInteger();

  private VirtualThreads(Peer peer, int threads) {
    this.peer = peer;
    this.threads = threads;
  }

  /**
   * Settings: {@code threads}, {@code warmups} and {@code runs} (numbers of runs), {@code silence}
   * (milliseconds until it is asked what the peer has kept).
   */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    try (Peer peer = kind.open()) {
      return new VirtualThreads(peer, settings.number("threads"))
          .run(settings.number("warmups"), settings.number("runs"), settings.number("silence"));
    }
  }

  private Map<String, Double> run(int warmups, int runs, int silence) throws InterruptedException {
    double[] with = new double[runs];
    double[] without = new double[runs];
    for (int i = -warmups; i < runs; i++) {
      double pairs = time(PAIRS);
      double nothing = time(0);
      if (i >= 0) {
        with[i] = pairs;
        without[i] = nothing;
      }
    }
    Map<String, Double> result = new HashMap<>();
    result.put(Metrics.NANOS, (median(with) - median(without)) / ((double) threads * PAIRS));
    result.put(Metrics.RESIDENT, (double) ProcessMemory.now().residentBytes());
    Thread.sleep(silence);
    peer.committedBytes().ifPresent(bytes -> result.put(Metrics.COMMITTED_AFTER, (double) bytes));
    if (failures.get() > 0) {
      throw new IllegalStateException(failures + " virtual threads failed");
    }
    return result;
  }

  private double time(int pairs) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(threads);
    long start = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      int first = i * PAIRS;
      Thread.startVirtualThread(() -> work(first, pairs, done));
    }
    done.await();
    return System.nanoTime() - start;
  }

  private void work(int first, int pairs, CountDownLatch done) {
    try {
      for (int i = 0; i < pairs; i++) {
        peer.pair(sizes[(first + i) & (COUNT - 1)]);
      }
    } catch (RuntimeException | Error e) {
      failures.incrementAndGet();
      throw e;
    } finally {
      done.countDown();
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
