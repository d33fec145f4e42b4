package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Map;

/**
 * The pattern of cache-scratch: one thread allocates a block of 1 byte for each thread; these free
 * it, and then allocate a block of 1 byte, write and read it 2,000 times, and free it, over and
 * over. An allocator that hands a thread the slot beside another thread's makes them share a cache
 * line. An operation is one write and read; it is spelt out, since a plain loop would be folded.
 */
final class CacheScratch {

  private static final int TOUCHES = 2000;
  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

  private final Peer peer;
  private final Blocks given;

  private CacheScratch(Peer peer, int threads) {
    this.peer = peer;
    this.given = peer.blocks(threads);
    for (int thread = 0; thread < threads; thread++) {
      given.allocate(thread, 1);
    }
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    int threads = settings.number("threads");
    try (Peer peer = kind.open()) {
      CacheScratch scratch = new CacheScratch(peer, threads);
      return new Race(peer, threads).run(settings, scratch::work);
    }
  }

  private void work(int thread, Race race) {
    Blocks block = peer.blocks(1);
    block.swap(0, given, thread);
    block.free(0);
    while (race.isOn()) {
      block.allocate(0, 1);
      touch(block.segment(0));
      block.free(0);
      race.did(thread, TOUCHES);
    }
  }

  private static void touch(MemorySegment segment) {
    for (int k = 0; k < TOUCHES; k++) {
      byte value = (byte) BYTE.getOpaque(segment, 0L);
      BYTE.setOpaque(segment, 0L, (byte) (value + 1));
    }
  }
}
