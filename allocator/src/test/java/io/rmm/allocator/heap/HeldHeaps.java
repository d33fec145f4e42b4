package io.rmm.allocator.heap;

/** Tells tests whether a hold was never ended. */
public final class HeldHeaps {

  private HeldHeaps() {}

  /** Tells whether somebody holds a heap, while no operation is under way. */
  public static boolean any(Heaps heaps) {
    return heaps.heaps.stream().anyMatch(Hold::isHeld);
  }
}
