package io.rmm.allocator.heap;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes from the heaps of a manager what they keep without need: dead threads, and pages without a
 * live slot, which go to the pool.
 */
final class HeapCollector {

  /** Polls for which the clock waits for an operation to end; then it leaves that heap alone. */
  private static final int CLOCK_POLLS = 100;

  private final Heaps heaps;

  /** Makes one for {@code heaps}. */
  HeapCollector(Heaps heaps) {
    this.heaps = heaps;
  }

  /**
   * Goes over all heaps. Not to be called in an operation.
   *
   * @param all whether to take pages of classes in use too, and to wait for each heap as long as it
   *     takes; otherwise this is the clock's round
   */
  void collect(boolean all) {
    StackRoom.check();
    // All managers share the clock, which therefore waits for no operation that takes long.
    int polls = all ? Integer.MAX_VALUE : CLOCK_POLLS;
    heaps.lock.lock();
    try {
      List<ThreadHeap> biased = new ArrayList<>();
      for (ThreadHeap heap : heaps.heaps) {
        boolean orphan = heap.isOrphan();
        if (orphan) {
          // Lets the dead thread's object go.
          heap.bias(null);
        }
        if (heap.seemsCollectable(all)) {
          if (orphan) {
            heap.releaseEmptyPages(true);
          } else if (heap.isStripe()) {
            Revoker.withStripe(heap, polls, () -> heap.releaseEmptyPages(all));
          } else {
            biased.add(heap);
          }
        }
      }
      if (!biased.isEmpty()) {
        Revoker.withEach(biased, polls, heap -> heap.releaseEmptyPages(all));
      }
    } finally {
      heaps.lock.unlock();
    }
  }
}
