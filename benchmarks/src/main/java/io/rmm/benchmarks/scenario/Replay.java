package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.peer.ProcessMemory;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Replays an allocation profile: speed, and how much memory the peer holds for what it was asked
 * for.
 *
 * <p>Each thread has a {@link Trace} of its own. An operation is one allocation or one free.
 */
final class Replay {

  /** What each thread asks for at a time: enough that what the JVM itself does is small beside. */
  private static final double LIVE_BYTES = 64 << 20;

  /** Larger blocks are left out: some profiles have one of 100 GB. */
  private static final int MOST = 1 << 20;

  private static final int OPERATIONS = 1_000_000;

  /** How many operations a thread does before it looks up. */
  private static final int STEP = 1 << 12;

  private static final int STRIDE = 32;

  private final Trace[] traces;
  private final Blocks[] blocks;
  private final int[][] held;
  private final AtomicLongArray requested;

  private Replay(AllocationProfile profile, Peer peer, int threads) {
    AllocationProfile scaled = profile.scaled(LIVE_BYTES / profile.liveBytes());
    traces = new Trace[threads];
    blocks = new Blocks[threads];
    held = new int[threads][];
    for (int thread = 0; thread < threads; thread++) {
      traces[thread] = Trace.draw(scaled, OPERATIONS, thread);
      blocks[thread] = peer.blocks(traces[thread].table());
      held[thread] = traces[thread].held();
    }
    requested = new AtomicLongArray(threads * STRIDE);
  }

  /**
   * Settings: {@code profile} (a file), {@code least} (bytes), {@code threads}, {@code warmup},
   * {@code measure}.
   */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    AllocationProfile profile =
        AllocationProfile.read(Path.of(settings.text("profile")), settings.number("least"), MOST);
    int threads = settings.number("threads");
    try (Peer peer = kind.open()) {
      Replay replay = new Replay(profile, peer, threads);
      System.gc();
      long before = ProcessMemory.now().residentBytes();
      Peaks peaks = new Peaks(replay, peer, before);
      Race race = new Race(peer, threads);
      Map<String, Double> result = race.run(settings, replay::work, peaks::look);
      peaks.addTo(result);
      return result;
    }
  }

  private void work(int thread, Race race) {
    Trace trace = traces[thread];
    Blocks mine = blocks[thread];
    trace.populate(mine);
    long bytes = trace.populationBytes();
    requested.setRelease(thread * STRIDE, bytes);
    int next = 0;
    while (race.isOn()) {
      int end = Math.min(next + STEP, trace.operations());
      bytes += trace.replay(mine, held[thread], next, end);
      requested.setRelease(thread * STRIDE, bytes);
      race.did(thread, end - next);
      next = end == trace.operations() ? 0 : end;
    }
    mine.freeAll();
  }

  /** The highest of what was asked for, of what the peer held, and of what was resident. */
  private static final class Peaks {

    private final Replay replay;
    private final Peer peer;
    private final long residentBefore;
    private long requested;
    private long committed;
    private long resident;

    Peaks(Replay replay, Peer peer, long residentBefore) {
      this.replay = replay;
      this.peer = peer;
      this.residentBefore = residentBefore;
    }

    void look() {
      long sum = 0;
      for (int thread = 0; thread < replay.traces.length; thread++) {
        sum += replay.requested.getAcquire(thread * STRIDE);
      }
      requested = Math.max(requested, sum);
      committed = Math.max(committed, peer.committedBytes().orElse(0));
      resident = Math.max(resident, ProcessMemory.now().residentBytes() - residentBefore);
    }

    void addTo(Map<String, Double> result) {
      if (committed > 0) {
        result.put(Metrics.COMMITTED_BY_REQUESTED, (double) committed / requested);
      }
      result.put(Metrics.RESIDENT_BY_REQUESTED, (double) resident / requested);
    }
  }
}
