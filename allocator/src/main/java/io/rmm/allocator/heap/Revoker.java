package io.rmm.allocator.heap;

import io.rmm.allocator.source.MountedLock;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Stops heaps, for whoever must do something to them that is for their holders alone: those with an
 * owner by the protocol of {@link Hold}, with one barrier for all, and stripes by holding them.
 *
 * <p>All of it under the lock of {@link Heaps}, and never in an operation, which would wait for
 * itself.
 */
final class Revoker {

  private static final long POLL_NANOS = 20_000;

  /** Polls after which it is looked into whether there is an operation at all. */
  private static final int POLLS_BEFORE_LOOK = 1_000;

  private Revoker() {}

  /** Runs {@code action} while none of {@code heaps} is in an operation. */
  static void exclusively(List<ThreadHeap> heaps, Runnable action) {
    int taken = 0;
    try {
      for (ThreadHeap heap : heaps) {
        endOwnHold(heap);
        if (heap.isStripe()) {
          boolean _ = holdStripe(heap, Integer.MAX_VALUE);
        } else {
          heap.revoke();
        }
        taken++;
      }
      AllThreadsBarrier.run();
      for (ThreadHeap heap : heaps) {
        if (!heap.isStripe()) {
          boolean _ = awaitStop(heap, Integer.MAX_VALUE);
        }
      }
      action.run();
    } finally {
      // Not all, if the Java heap had no room for a look at why a stripe is held so long.
      for (ThreadHeap heap : heaps.subList(0, taken)) {
        if (heap.isStripe()) {
          heap.leave();
        } else {
          heap.restore();
        }
      }
    }
  }

  /**
   * Runs {@code action} with each of these heaps, none of which is a stripe, that is in no
   * operation at one of {@code polls} looks.
   */
  static void withEach(List<ThreadHeap> biased, int polls, Consumer<ThreadHeap> action) {
    for (ThreadHeap heap : biased) {
      heap.revoke();
    }
    try {
      AllThreadsBarrier.run();
      for (ThreadHeap heap : biased) {
        endOwnHold(heap);
        if (awaitStop(heap, polls)) {
          heap.heldAtLastLook = false;
          action.accept(heap);
        } else {
          noteHeld(heap);
        }
      }
    } finally {
      for (ThreadHeap heap : biased) {
        heap.restore();
      }
    }
  }

  /**
   * Runs {@code action} in a hold of {@code stripe}, if it is free at one of {@code polls} looks.
   */
  static void withStripe(ThreadHeap stripe, int polls, Runnable action) {
    endOwnHold(stripe);
    if (holdStripe(stripe, polls)) {
      stripe.heldAtLastLook = false;
      try {
        action.run();
      } finally {
        stripe.leave();
      }
    } else {
      noteHeld(stripe);
    }
  }

  /**
   * Looks into a hold that two looks in a row have found: one may be of a thread that has lost its
   * processor, and to walk its stack is to wait until it has one. If the hold is broken, whoever
   * comes next finds it ended.
   */
  private static void noteHeld(ThreadHeap heap) {
    if (heap.heldAtLastLook) {
      heap.endBrokenHold();
    }
    heap.heldAtLastLook = true;
  }

  /** Ends a hold of the calling thread, which would wait for itself: it can only be broken. */
  private static void endOwnHold(ThreadHeap heap) {
    Thread current = Thread.currentThread();
    if (heap.isStripe() || heap.isBiasedTo(current)) {
      heap.abandon(current);
    }
  }

  private static boolean holdStripe(ThreadHeap stripe, int polls) {
    Thread thread = Thread.currentThread();
    for (int poll = 1; !stripe.tryHoldStripe(thread); poll++) {
      if (poll == polls) {
        return false;
      }
      await(stripe, poll);
    }
    return true;
  }

  /** Waits until the owner of a revoked heap has stopped; returns whether it has. */
  private static boolean awaitStop(ThreadHeap heap, int polls) {
    for (int poll = 1; !heap.isStopped(); poll++) {
      if (poll == polls) {
        return false;
      }
      await(heap, poll);
    }
    return true;
  }

  /** A virtual thread keeps its carrier meanwhile; see {@link MountedLock}. */
  private static void pause() {
    if (!Thread.currentThread().isVirtual()) {
      LockSupport.parkNanos(POLL_NANOS);
      return;
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start < POLL_NANOS) {
      Thread.onSpinWait();
    }
  }

  private static void await(ThreadHeap heap, int poll) {
    pause();
    if (poll % POLLS_BEFORE_LOOK == 0) {
      heap.endBrokenHold();
    }
  }
}
