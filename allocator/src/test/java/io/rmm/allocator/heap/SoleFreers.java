package io.rmm.allocator.heap;

/** Tells tests whose blocks are freed by their owner alone. */
public final class SoleFreers {

  private SoleFreers() {}

  /** Tells whether {@code owner} has a heap of its own and nobody else frees its blocks. */
  public static boolean has(Heaps heaps, Thread owner) {
    return heaps.heaps.stream().anyMatch(heap -> heap.isBiasedTo(owner) && heap.hasSoleFreer());
  }
}
