package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The pattern of alloc-test: 2^18 slots among all threads, a few of which are met far more often
 * than others (by the 80:20 rule six times over). A full one is read and freed, an empty one gets a
 * block, of 1 KiB at most, where each doubling is half as likely as the one before; it is filled.
 * An operation is one allocation or one free.
 */
final class AllocTest {

  private static final int ALL_SLOTS = 1 << 18;
  private static final int COUNT = 1 << 18;
  private static final int LARGEST_CLASS = 10;
  private static final int CACHE_LINE = 64;

  /** Operations between two looks at whether to go on. */
  private static final int STEP = 1 << 10;

  private final Peer peer;
  private final int slots;

  private AllocTest(Peer peer, int threads) {
    this.peer = peer;
    this.slots = ALL_SLOTS / threads;
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    int threads = settings.number("threads");
    try (Peer peer = kind.open()) {
      AllocTest test = new AllocTest(peer, threads);
      return new Race(peer, threads).run(settings, test::work);
    }
  }

  private void work(int thread, Race race) {
    RandomGenerator random = Sizes.random(thread);
    int[] visits = new int[COUNT];
    int[] sizes = new int[COUNT];
    for (int i = 0; i < COUNT; i++) {
      visits[i] = pareto(slots, random);
      sizes[i] = size(random);
    }
    int[] held = new int[slots];
    Blocks blocks = peer.blocks(slots);
    for (int slot = 0; slot < slots; slot += 2) {
      held[slot] = sizes[slot];
      blocks.allocate(slot, held[slot]);
    }
    int next = 0;
    long sum = 0;
    while (race.isOn()) {
      for (int k = 0; k < STEP; k++) {
        int i = next++ & (COUNT - 1);
        int slot = visits[i];
        if (held[slot] == 0) {
          held[slot] = sizes[i];
          blocks.allocate(slot, held[slot]);
          blocks.fill(slot, held[slot], (byte) slot);
        } else {
          for (int offset = 0; offset < held[slot]; offset += CACHE_LINE) {
            sum += blocks.get(slot, offset);
          }
          held[slot] = 0;
          blocks.free(slot);
        }
      }
      race.did(thread, STEP);
    }
    blocks.freeAll();
    if (sum == 42) {
      System.out.println("never mind"); // so that the reads count
    }
  }

  /** Returns a slot; the first fifth is drawn in four of five cases, and within it likewise. */
  static int pareto(int slots, RandomGenerator random) {
    int from = 0;
    int to = slots;
    for (int level = 0; level < 6; level++) {
      int fifth = (to - from) / 5;
      if (fifth == 0) {
        break;
      }
      if (random.nextInt(5) < 4) {
        to = from + fifth;
      } else {
        from += fifth;
      }
    }
    return random.nextInt(from, to);
  }

  private static int size(RandomGenerator random) {
    int sizeClass = Integer.numberOfTrailingZeros(random.nextInt() | 1 << (LARGEST_CLASS - 1));
    return (1 << sizeClass) + random.nextInt(1 << sizeClass);
  }
}
