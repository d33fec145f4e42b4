package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How long single allocations and frees take while two threads churn, each among blocks of its own.
 * Reading the clock is part of every value: 20 to 50 ns.
 */
final class Latency {

  private static final int LIVE = 1024;
  private static final int COUNT = 1 << 16;
  private static final int LEAST = 16;
  private static final int MOST = 64 << 10;

  /** Operations between two looks at whether to go on. */
  private static final int STEP = 1 << 10;

  private final Peer peer;
  private final long warmupEnd;
  private final Histogram allocations = new Histogram(3);
  private final Histogram frees = new Histogram(3);

  private Latency(Peer peer, long warmupEnd) {
    this.peer = peer;
    this.warmupEnd = warmupEnd;
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    try (Peer peer = kind.open()) {
      long warmup = settings.number("warmup") * 1_000_000L;
      var latency = new Latency(peer, System.nanoTime() + warmup);
      Map<String, Double> result =
          new Race(peer, settings.number("threads")).run(settings, latency::work);
      latency.addTo(result);
      return result;
    }
  }

  private void addTo(Map<String, Double> result) {
    Histogram both = allocations.copy();
    both.add(frees);
    for (String percentile : new String[] {"50", "99", "99.9", "99.99"}) {
      double value = both.getValueAtPercentile(Double.parseDouble(percentile));
      result.put("p" + percentile, value);
    }
    result.put("max", (double) both.getMaxValue());
    result.put("allocate " + Metrics.P9999, (double) allocations.getValueAtPercentile(99.99));
    result.put("free " + Metrics.P9999, (double) frees.getValueAtPercentile(99.99));
  }

  private void work(int thread, Race race) {
    int[] sizes = Sizes.logUniform(LEAST, MOST, COUNT, thread);
    int[] slots = Sizes.indexes(LIVE, COUNT, 100 + thread);
    Histogram allocation = new Histogram(3);
    Histogram free = new Histogram(3);
    Blocks blocks = peer.blocks(LIVE);
    for (int slot = 0; slot < LIVE; slot++) {
      blocks.allocate(slot, sizes[slot]);
    }
    boolean warm = false;
    int next = 0;
    while (race.isOn()) {
      if (!warm && System.nanoTime() - warmupEnd > 0) {
        allocation.reset();
        free.reset();
        warm = true;
      }
      for (int k = 0; k < STEP; k++) {
        int i = next++ & (COUNT - 1);
        int slot = slots[i];
        long start = System.nanoTime();
        blocks.free(slot);
        long freed = System.nanoTime();
        blocks.allocate(slot, sizes[i]);
        long allocated = System.nanoTime();
        blocks.putLong(slot, 0, i);
        free.recordValue(freed - start);
        allocation.recordValue(allocated - freed);
      }
      race.did(thread, STEP);
    }
    blocks.freeAll();
    synchronized (this) {
      allocations.add(allocation);
      frees.add(free);
    }
  }
}
