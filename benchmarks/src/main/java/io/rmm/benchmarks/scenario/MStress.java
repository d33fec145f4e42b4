package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The pattern of mstress: rounds of fresh threads, which allocate blocks of 8 B to 512 B, now and
 * then a hundred to ten thousand times that, keep some to their end, free random ones, and exchange
 * some with a table that all threads share and half of which survives a round. Every word of a
 * block is written, and checked when it is freed. An operation is one allocation with its free.
 */
final class MStress {

  private static final int ALLOCATIONS = 5000;
  private static final int TRANSFERS = 1000;
  private static final long COOKIE = 0xbf58_476d_1ce4_e5b9L;

  /** Work that is counted at a time. */
  private static final int STEP = 1000;

  private final boolean remembers;
  private final int threads;
  private final Blocks transfer;
  private final Peer peer;

  private MStress(Peer peer, boolean remembers, int threads) {
    this.remembers = remembers;
    this.threads = threads;
    this.peer = peer;
    this.transfer = peer.blocks(TRANSFERS);
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    int threads = settings.number("threads");
    try (Peer peer = kind.open()) {
      MStress stress = new MStress(peer, kind != PeerKind.NONE, threads);
      return new Race(peer, threads).run(settings, stress::work);
    }
  }

  /** The first worker starts the rounds. */
  private void work(int worker, Race race) throws InterruptedException {
    if (worker != 0) {
      return;
    }
    RandomGenerator random = Sizes.random(7);
    for (int round = 0; race.isOn(); round++) {
      Thread[] started = new Thread[threads];
      for (int thread = 0; thread < threads; thread++) {
        int number = thread;
        long seed = (long) round * threads + thread;
        started[thread] = race.start(() -> new Worker(seed).run(number, race));
      }
      for (Thread thread : started) {
        thread.join();
      }
      for (int slot = 0; slot < TRANSFERS; slot++) {
        if (random.nextInt(100) <= 50) {
          free(transfer, slot);
        }
      }
    }
    for (int slot = 0; slot < TRANSFERS; slot++) {
      free(transfer, slot);
    }
  }

  private void allocate(Blocks blocks, int slot, int words) {
    blocks.allocate(slot, words * Long.BYTES);
    for (int i = 0; i < words; i++) {
      blocks.putLong(slot, i * Long.BYTES, (words - i) ^ COOKIE);
    }
  }

  /** Checks and frees what is in a slot, if anything is. */
  private void free(Blocks blocks, int slot) {
    if (blocks.isEmpty(slot)) {
      return;
    }
    if (remembers) {
      long words = blocks.getLong(slot, 0) ^ COOKIE;
      for (int i = 0; i < words; i++) {
        long value = blocks.getLong(slot, i * Long.BYTES) ^ COOKIE;
        if (value != words - i) {
          throw new IllegalStateException(
              "word " + i + " of a block of " + words + " words is " + value);
        }
      }
    }
    blocks.free(slot);
  }

  /** One thread of one round. */
  private final class Worker {

    private final RandomGenerator random;

    Worker(long seed) {
      this.random = Sizes.random(seed);
    }

    /** True in one more of a hundred cases than asked for, as in the original. */
    private boolean chance(int percent) {
      return random.nextInt(100) <= percent;
    }

    private int words(int words) {
      // As in the original, where 10,000 times is rarer than 1,000 and so on, all by one draw.
      int draw = random.nextInt(10_000);
      int factor = draw < 1 ? 10_000 : draw < 10 ? 1000 : draw < 100 ? 100 : 1;
      return words * factor;
    }

    void run(int thread, Race race) {
      int toAllocate = ALLOCATIONS * (thread % 8 + 1);
      int toRetain = toAllocate / 2;
      Blocks data = peer.blocks(toAllocate);
      Blocks retained = peer.blocks(toRetain);
      int dataTop = 0;
      int retainedTop = 0;
      int done = 0;
      while ((toAllocate > 0 || toRetain > 0) && race.isOn()) {
        if (toRetain == 0 || (toAllocate > 0 && chance(50))) {
          toAllocate--;
          allocate(data, dataTop++, words(1 << random.nextInt(5)));
        } else {
          toRetain--;
          allocate(retained, retainedTop++, words(1 << random.nextInt(7)));
        }
        if (dataTop > 0 && chance(66)) {
          free(data, random.nextInt(dataTop));
        }
        if (dataTop > 0 && chance(25)) {
          data.swap(random.nextInt(dataTop), transfer, random.nextInt(TRANSFERS));
        }
        if (++done % STEP == 0) {
          race.did(thread, STEP);
        }
      }
      race.did(thread, done % STEP);
      for (int slot = 0; slot < dataTop; slot++) {
        free(data, slot);
      }
      for (int slot = 0; slot < retainedTop; slot++) {
        free(retained, slot);
      }
    }
  }
}
