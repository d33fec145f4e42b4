package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The pattern of larson: threads replace random ones of 5,000 blocks of 8 to 1,000 B and write 2
 * bytes; after 100 times 5,000 replacements a thread hands its blocks to a new one and dies.
 * Before, all blocks were shuffled across threads. An operation is one replacement.
 */
final class Larson {

  private static final int BLOCKS = 5000;
  private static final int ROUNDS = 100;
  private static final int COUNT = 1 << 16;

  private final int[] sizes = Sizes.uniform(8, 1000, COUNT, 1);
  private final int[] victims = Sizes.indexes(BLOCKS, COUNT, 2);
  private final Blocks[] tables;

  private Larson(Peer peer, int threads) {
    tables = new Blocks[threads];
    for (int thread = 0; thread < threads; thread++) {
      tables[thread] = peer.blocks(BLOCKS);
      for (int slot = 0; slot < BLOCKS; slot++) {
        tables[thread].allocate(slot, sizes[slot]);
      }
    }
    RandomGenerator random = Sizes.random(3);
    for (Blocks table : tables) {
      for (int slot = 0; slot < BLOCKS; slot++) {
        table.swap(slot, tables[random.nextInt(threads)], random.nextInt(BLOCKS));
      }
    }
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    int threads = settings.number("threads");
    try (Peer peer = kind.open()) {
      Larson larson = new Larson(peer, threads);
      return new Race(peer, threads).run(settings, larson::work);
    }
  }

  private void work(int thread, Race race) throws InterruptedException {
    for (int life = 0; race.isOn(); life++) {
      int first = life * 101 + thread;
      race.start(() -> live(thread, first, race)).join();
    }
    tables[thread].freeAll();
  }

  private void live(int thread, int first, Race race) {
    Blocks blocks = tables[thread];
    int next = first;
    for (int round = 0; round < ROUNDS && race.isOn(); round++) {
      for (int k = 0; k < BLOCKS; k++) {
        int i = next++ & (COUNT - 1);
        int slot = victims[i];
        blocks.free(slot);
        blocks.allocate(slot, sizes[i]);
        blocks.put(slot, 0, (byte) 'a');
        blocks.put(slot, 1, (byte) 'b');
      }
      race.did(thread, BLOCKS);
    }
  }
}
