package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;

/**
 * The pattern of glibc-thread: 1,024 slots a thread; a random one is freed if it is full, and
 * filled anew with a block of 4 to 32,768 B, whose likelihood falls with the square of the size.
 * The block is written as a whole. An operation is one replacement.
 */
final class GlibcThread {

  private static final int SLOTS = 1024;
  private static final int COUNT = 1 << 13;

  /** Operations between two looks at whether to go on. */
  private static final int STEP = 1 << 10;

  private final Peer peer;

  private GlibcThread(Peer peer) {
    this.peer = peer;
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    try (Peer peer = kind.open()) {
      GlibcThread test = new GlibcThread(peer);
      return new Race(peer, settings.number("threads")).run(settings, test::work);
    }
  }

  private void work(int thread, Race race) {
    int[] sizes = Sizes.inverseSquare(4, 32 << 10, COUNT, thread);
    int[] slots = Sizes.indexes(SLOTS, COUNT - 1, 100 + thread);
    Blocks blocks = peer.blocks(SLOTS);
    int nextSize = 0;
    int nextSlot = 0;
    while (race.isOn()) {
      for (int k = 0; k < STEP; k++) {
        int slot = slots[nextSlot];
        int size = sizes[nextSize];
        // Two lengths without a common divisor: every slot meets every size.
        nextSlot = nextSlot + 1 == slots.length ? 0 : nextSlot + 1;
        nextSize = nextSize + 1 == sizes.length ? 0 : nextSize + 1;
        if (!blocks.isEmpty(slot)) {
          blocks.free(slot);
        }
        blocks.allocate(slot, size);
        blocks.fill(slot, size, (byte) slot);
      }
      race.did(thread, STEP);
    }
    blocks.freeAll();
  }
}
