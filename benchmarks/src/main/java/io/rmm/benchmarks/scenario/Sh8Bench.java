package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;

/**
 * A pattern like that of sh8bench, whose source may not be passed on: batches of blocks of growing
 * sizes from 8 to 1,000 B, of which a third is freed in the order of allocation, a third in the
 * reverse, and a third by another thread. An operation is one block's life.
 */
final class Sh8Bench {

  /** Blocks of each third. */
  private static final int THIRD = 200;

  private static final int LEAST = 8;
  private static final int MOST = 1000;

  private final Peer peer;
  private final Blocks[] outgoing;

  private Sh8Bench(Peer peer, int threads) {
    this.peer = peer;
    this.outgoing = new Blocks[threads];
    for (int thread = 0; thread < threads; thread++) {
      outgoing[thread] = peer.blocks(THIRD);
    }
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    int threads = settings.number("threads");
    try (Peer peer = kind.open()) {
      Sh8Bench bench = new Sh8Bench(peer, threads);
      Map<String, Double> result = new Race(peer, threads).run(settings, bench::work);
      for (Blocks blocks : bench.outgoing) {
        blocks.freeAll();
      }
      return result;
    }
  }

  private void work(int thread, Race race) {
    Blocks blocks = peer.blocks(3 * THIRD);
    // The third that others free is laid out for the next thread, which swaps it out.
    Blocks mine = outgoing[thread];
    Blocks theirs = outgoing[(thread + 1) % outgoing.length];
    Blocks taken = peer.blocks(1);
    while (race.isOn()) {
      for (int slot = 0; slot < 3 * THIRD; slot++) {
        // Neighbours in size go to different thirds.
        blocks.allocate(slot, LEAST + slot % THIRD * (MOST - LEAST) / (THIRD - 1));
        blocks.putLong(slot, 0, slot);
      }
      for (int slot = 0; slot < THIRD; slot++) {
        blocks.free(slot);
      }
      for (int slot = 2 * THIRD - 1; slot >= THIRD; slot--) {
        blocks.free(slot);
      }
      for (int slot = 0; slot < THIRD; slot++) {
        int own = 2 * THIRD + slot;
        blocks.swap(own, mine, slot);
        if (!blocks.isEmpty(own)) {
          blocks.free(own); // the neighbour has not come round to it
        }
        taken.swap(0, theirs, slot);
        if (!taken.isEmpty(0)) {
          taken.free(0);
        }
      }
      race.did(thread, 3 * THIRD);
    }
    blocks.freeAll();
  }
}
