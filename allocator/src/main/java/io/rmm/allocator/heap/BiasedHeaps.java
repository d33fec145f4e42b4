package io.rmm.allocator.heap;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * The heaps of platform threads, which have one each in every manager that they use: how a thread
 * finds its own, and how it gets one.
 *
 * <p>There is no hook in the JDK for a thread's death; so heaps of dead threads are looked for when
 * a new thread needs one (a few at a time, so that 100,000 short threads do not make 100,000 heaps)
 * and by the clock, see {@link HeapCollector}.
 */
final class BiasedHeaps {

  /** Heaps that a new thread looks at for one whose thread has died. */
  private static final int ORPHAN_CANDIDATES = 8;

  private final Heaps heaps;

  /**
   * One for each manager, since a thread has a heap in each. Weak, because a heap knows {@link
   * Heaps}, and thereby its own key: a thread would keep every manager that it ever used.
   */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<WeakReference<ThreadHeap>> local = new ThreadLocal<>();

  /** Where the next search for a dead thread's heap begins. Under the lock of {@link Heaps}. */
  private int nextCandidate;

  /** Makes the platform threads' part of {@code heaps}. */
  BiasedHeaps(Heaps heaps) {
    this.heaps = heaps;
  }

  /** Returns the heap of {@code thread}, the calling one, which then holds it. */
  ThreadHeap enter(Thread thread) {
    ThreadHeap heap = known();
    if (heap == null || !heap.tryHold(thread)) {
      heap = bind(thread);
      boolean held = heap.tryHold(thread);
      assert held : "a heap was just bound to this thread";
    }
    return heap;
  }

  /** Ends the hold of {@code thread}, the calling one, if it has one. */
  void abandon(Thread thread) {
    ThreadHeap heap = known();
    if (heap != null && heap.isBiasedTo(thread)) {
      heap.abandon(thread);
    }
  }

  /** Returns the heap that the calling thread had last; by now it may be another's. */
  private @Nullable ThreadHeap known() {
    WeakReference<ThreadHeap> known = local.get();
    return known == null ? null : known.get();
  }

  private ThreadHeap bind(Thread thread) {
    StackRoom.check();
    heaps.lock.lock();
    try {
      ThreadHeap heap = heapOf(thread);
      if (heap == null) {
        heap = orphan();
      }
      if (heap == null) {
        heap = heaps.add(thread);
      } else {
        heap.bias(thread);
      }
      local.set(new WeakReference<>(heap));
      return heap;
    } finally {
      heaps.lock.unlock();
    }
  }

  /** Finds the heap of a thread that has lost its thread locals, as pools may clear them. */
  private @Nullable ThreadHeap heapOf(Thread thread) {
    for (ThreadHeap heap : heaps.heaps) {
      if (heap.isBiasedTo(thread)) {
        return heap;
      }
    }
    return null;
  }

  /** Finds a heap whose thread has died, among a few. */
  private @Nullable ThreadHeap orphan() {
    int count = heaps.heaps.size();
    for (int i = 0; i < Math.min(ORPHAN_CANDIDATES, count); i++) {
      nextCandidate = nextCandidate + 1 < count ? nextCandidate + 1 : 0;
      ThreadHeap heap = heaps.heaps.get(nextCandidate);
      if (heap.isOrphan()) {
        return heap;
      }
    }
    return null;
  }
}
