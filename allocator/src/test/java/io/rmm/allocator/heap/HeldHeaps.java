package io.rmm.allocator.heap;

/** Tells tests who holds what, and holds it in the way of others. */
public final class HeldHeaps {

  private HeldHeaps() {}

  /** Tells whether somebody holds a heap, while no operation is under way. */
  public static boolean any(Heaps heaps) {
    return heaps.heaps.stream().anyMatch(Hold::isHeld);
  }

  /** Tells whether {@code virtual} seems to hold a stripe. */
  public static boolean isHolder(Heaps heaps, Thread virtual) {
    return heaps.heaps.stream().anyMatch(heap -> heap.holder == virtual && heap.isHeld());
  }

  /** Holds the stripe that {@code virtual}, which has used one only, held last. */
  public static ThreadHeap hold(Heaps heaps, Thread virtual) {
    ThreadHeap stripe =
        heaps.heaps.stream()
            .filter(heap -> heap.isStripe() && heap.holder == virtual)
            .findFirst()
            .orElseThrow();
    while (!stripe.tryHoldStripe(Thread.currentThread())) {
      Thread.onSpinWait();
    }
    return stripe;
  }
}
