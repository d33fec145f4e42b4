package io.rmm.allocator.heap;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The heaps that virtual threads share.
 *
 * <p>A virtual thread tries the stripe of its number, then the others. No more of them run at a
 * time than there are processors, so as many stripes are enough, unless threads lose their
 * processors while they hold one, or platform threads hold them to collect: when all are held,
 * there are twice as many from then on, up to {@link #MOST_FOR_A_PROCESSOR} for each processor, and
 * more only if somebody has waited long: it may be that a hold was never ended. None is ever given
 * up, so that no page loses its owner; what an unused one keeps is no more than its empty lists,
 * since the clock takes idle pages from stripes too. Why no lock for each:
 * docs/decisions/0013-virtual-threads.md.
 *
 * <p>Who holds a stripe keeps its carrier to the end of the hold, also where it waits for the pool
 * ({@link io.rmm.allocator.source.MountedLock}): the carriers may all be kept by virtual threads
 * that have native code on their stacks and wait for the stripe. The one exception is the portable
 * page source, where the JDK itself may let a thread sleep that asks for memory.
 */
final class Stripes {

  /** Beyond that, more of them would only spread the blocks over more pages. */
  private static final int MOST_FOR_A_PROCESSOR = 4;

  /**
   * A hold is short, so whoever has one for long has lost its processor or waits for the pool: to
   * sleep is right, and no queue of sleepers is worth its cost to each operation.
   */
  private static final long POLL_NANOS = 20_000;

  /** Polls, which take some 70 us each, after which there must be more of them all the same. */
  private static final int MOST_POLLS = 1_000;

  private final Heaps heaps;

  /** The most stripes that are enough. A power of two, as is every number of them. */
  private final int most;

  private volatile ThreadHeap[] stripes;

  /**
   * How often a thread found the stripe of its number held. An atomic, which needs no Java heap.
   */
  private final AtomicLong contended = new AtomicLong();

  /** Makes the stripes of {@code heaps}, which still has to list them. */
  Stripes(Heaps heaps, int processors) {
    this.heaps = heaps;
    // So that a thread's number finds its stripe by a mask.
    int first = Integer.highestOneBit(2 * processors - 1);
    this.most = first * MOST_FOR_A_PROCESSOR;
    this.stripes = new ThreadHeap[first];
    for (int i = 0; i < first; i++) {
      stripes[i] = ThreadHeap.stripe(heaps);
    }
  }

  /** Returns all of them. */
  ThreadHeap[] all() {
    return stripes;
  }

  /** Returns how often a thread found the stripe of its number held. */
  long contended() {
    return contended.get();
  }

  /** Returns a stripe that {@code thread}, the calling one, then holds. */
  ThreadHeap enter(Thread thread) {
    int start = (int) thread.threadId();
    for (int polls = 0; ; polls++) {
      ThreadHeap[] known = stripes;
      for (int i = 0; i < known.length; i++) {
        ThreadHeap stripe = known[(start + i) & (known.length - 1)];
        if (stripe.tryHoldStripe(thread)) {
          return stripe;
        }
        if (i == 0 && polls == 0) {
          contended.incrementAndGet();
        }
      }
      if (known.length < most || polls >= MOST_POLLS) {
        heaps.addStripes(known.length);
      } else {
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  /**
   * Doubles the number of stripes if it is {@code count} still and none is free now. Under the lock
   * of {@link Heaps}: whoever waited for that may have found all held because they were stopped.
   *
   * @param list gets the new ones before anybody can hold one
   */
  void grow(int count, Consumer<List<ThreadHeap>> list) {
    ThreadHeap[] known = stripes;
    if (count != known.length || !Arrays.stream(known).allMatch(Hold::isHeld)) {
      return;
    }
    ThreadHeap[] more = Arrays.copyOf(known, 2 * count);
    for (int i = count; i < more.length; i++) {
      more[i] = ThreadHeap.stripe(heaps);
    }
    list.accept(Arrays.asList(more).subList(count, more.length));
    stripes = more;
  }
}
