package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.peer.ProcessMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import org.HdrHistogram.Histogram;

/**
 * A burst, then silence: 8 threads, 4,000 live buffers each of 256 B to 128 KiB, every page of them
 * written to, in five rounds; all are freed; no call is made; then another burst of the same kind.
 *
 * <p>The threads stay alive and sleep through the silence: memory that only the thread that freed
 * it could give back would stay for good.
 *
 * <p>What the JVM itself has is known from before the burst, when as many buffers have come and
 * gone, a tenth of them at a time, that all is compiled; less what the peer says it holds then.
 */
final class Burst {

  private static final int LEAST = 256;
  private static final int MOST = 128 << 10;
  private static final int PAGE = 4096;
  private static final int ROUNDS = 5;

  /** Rounds of a tenth of the buffers before the first burst. */
  private static final int WARMUPS = 10;

  /** Rounds from here on are warm. */
  private static final int WARM = 2;

  private static final long ALLOWED_BYTES = 16 << 20;
  private static final double TOLERANCE = 1.1;
  private static final double PERCENTILE = 99;

  private final Peer peer;
  private final int threads;
  private final int buffers;
  private final int check;
  private final int silence;
  private final CyclicBarrier barrier;
  private final Times warm = new Times();
  private final Times second = new Times();

  private Burst(Peer peer, Settings settings) {
    this.peer = peer;
    this.threads = settings.number("threads");
    this.buffers = settings.number("buffers");
    this.check = settings.number("check");
    this.silence = settings.number("silence");
    this.barrier = new CyclicBarrier(threads + 1);
  }

  /** How long allocations took, without and with the first write. */
  private static final class Times {
    private final Histogram allocation = new Histogram(3);
    private final Histogram written = new Histogram(3);

    synchronized void add(Times other) {
      allocation.add(other.allocation);
      written.add(other.written);
    }
  }

  /**
   * Settings: {@code threads}, {@code buffers} (of each), {@code check} and {@code silence}
   * (milliseconds from the end of the burst to the reading that counts, and to the next burst).
   */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    try (Peer peer = kind.open()) {
      return new Burst(peer, settings).run();
    }
  }

  private Map<String, Double> run() throws Exception {
    Map<String, Double> result = new HashMap<>();
    for (int i = 0; i < threads; i++) {
      int number = i;
      Thread thread = peer.newThread(() -> work(number));
      thread.setDaemon(true);
      thread.start();
    }
    barrier.await(); // warmed up
    System.gc();
    // What the peer has kept of the warm-up is not the JVM's.
    double jvm = ProcessMemory.now().residentBytes() - (double) peer.committedBytes().orElse(0);
    barrier.await(); // begin
    barrier.await(); // all freed
    Thread.sleep(check);
    double after = ProcessMemory.now().residentBytes();
    peer.committedBytes().ifPresent(bytes -> result.put(Metrics.COMMITTED_AFTER, (double) bytes));
    result.put(Metrics.RESIDENT_AFTER, after);
    result.put(Metrics.RESIDENT_BY_ALLOWED, after / (TOLERANCE * (jvm + ALLOWED_BYTES)));
    Thread.sleep(silence - check);
    ProcessMemory end = ProcessMemory.now();
    result.put(Metrics.RESIDENT_AT_END, (double) end.residentBytes());
    result.put(Metrics.PEAK_RESIDENT, (double) end.peakBytes());
    barrier.await(); // begin once more
    barrier.await(); // all freed
    double warmP99 = warm.allocation.getValueAtPercentile(PERCENTILE);
    result.put(Metrics.WARM_P99, warmP99);
    result.put(
        Metrics.SECOND_BY_WARM, second.allocation.getValueAtPercentile(PERCENTILE) / warmP99);
    result.put(
        Metrics.SECOND_BY_WARM_WRITTEN,
        (double) second.written.getValueAtPercentile(PERCENTILE)
            / warm.written.getValueAtPercentile(PERCENTILE));
    return result;
  }

  private void work(int thread) {
    try {
      int[] sizes = Sizes.logUniform(LEAST, MOST, buffers * ROUNDS, thread);
      Blocks blocks = peer.blocks(buffers);
      for (int i = 0; i < WARMUPS; i++) {
        round(blocks, sizes, 0, buffers / WARMUPS, new Times());
      }
      barrier.await();
      barrier.await();
      burst(blocks, sizes, warm, WARM);
      barrier.await();
      barrier.await();
      burst(blocks, sizes, second, 0);
      barrier.await();
    } catch (Exception | Error e) {
      // The others would wait for this thread for ever.
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private void burst(Blocks blocks, int[] sizes, Times into, int from) {
    for (int round = 0; round < ROUNDS; round++) {
      Times times = new Times();
      round(blocks, sizes, round * buffers, buffers, times);
      if (round >= from) {
        into.add(times);
      }
    }
  }

  private static void round(Blocks blocks, int[] sizes, int first, int count, Times times) {
    for (int slot = 0; slot < count; slot++) {
      int size = sizes[first + slot];
      long start = System.nanoTime();
      blocks.allocate(slot, size);
      long allocated = System.nanoTime();
      blocks.putLong(slot, 0, slot);
      long written = System.nanoTime();
      times.allocation.recordValue(allocated - start);
      times.written.recordValue(written - start);
      for (int offset = PAGE; offset < size; offset += PAGE) {
        blocks.put(slot, offset, (byte) slot);
      }
    }
    for (int slot = 0; slot < count; slot++) {
      blocks.free(slot);
    }
  }
}
