package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who may touch a heap now. The part of {@link ThreadHeap} that other threads have dealings with.
 *
 * <p>Everything in a heap belongs to whoever holds it, but for what others free with: of its pages
 * the ids and the maps of remote frees, of its bins the queues of pages. A stripe is held by a
 * compare-and-set of {@link #BUSY}. A thread's own heap is <em>biased</em> to the thread, which
 * holds it by two plain stores around each operation ({@link #tryHold}, {@link #leave}). Anybody
 * else first {@linkplain #revoke revokes} the bias, has all threads of the JVM pass a barrier, and
 * waits until the owner is not in an operation: after the barrier the owner's {@link #busy} is
 * visible to the revoker, and {@link #mode} to the owner's next operation. This is the classic
 * asymmetric Dekker protocol. An atomic in its place would cost every allocation 5 to 8 ns; the
 * barrier costs 10 to 75 us, a few times a second, and only when there is something to collect.
 *
 * <p><b>The sole freer.</b> A block must have exactly one winner among racing frees. As long as no
 * other thread frees blocks of a biased heap, its owner frees by a plain comparison and a plain
 * store, for nobody races with it. Whoever else wants to free such a block first {@linkplain
 * Heaps#enterToChange opens the heap to others}, by the same revocation; from then on all, the
 * owner too, free by compare-and-set. A heap whose blocks nobody else has freed for ten seconds
 * becomes its owner's alone again, while all heaps are stopped: then no such free is under way,
 * since whoever makes one holds a heap meanwhile. So a program whose threads free what they
 * allocated frees without an atomic, and one whose threads do not pays once for each heap, and
 * again after each ten seconds without.
 */
abstract class Hold extends HoldFlag {

  /** The value of {@link #mode} of a heap whose owner alone frees its blocks. */
  private static final int SOLE = 0;

  /** The bit of {@link #mode} of a heap whose blocks are freed by anybody. */
  private static final int OPEN = 1;

  /** The bit of {@link #mode} of a heap whose owner is asked to stop. */
  private static final int REVOKED = 2;

  /** The bit of {@link #busy} of a stripe whose holder is suspected to have left without a word. */
  private static final int SUSPECT = Integer.MIN_VALUE;

  private static final String KERNEL = "io.rmm.allocator.";

  private static final VarHandle MODE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MODE = lookup.findVarHandle(Hold.class, "mode", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final boolean stripe;
  private @Nullable Thread thread;

  /** Written under the lock of {@link Heaps} only. */
  private int mode;

  /** Whether somebody waited in vain at the last occasion. Under the lock of {@link Heaps}. */
  boolean heldAtLastLook;

  /**
   * Makes the hold of a heap that is biased to {@code thread}, or of a stripe, or of nobody's heap.
   */
  Hold(@Nullable Thread thread, boolean stripe) {
    this.thread = thread;
    this.stripe = stripe;
    this.mode = thread == null ? OPEN : SOLE;
  }

  // ---- the owner; the fast path ----

  /** Holds the heap if it is biased to {@code current}, the calling thread. */
  public final boolean tryHold(Thread current) {
    if (thread != current) {
      return false;
    }
    BUSY.setOpaque(this, 1);
    // Keeps the compiler from moving the read below before the store above; the processor is kept
    // from it by the revoker's barrier. No instruction on x86-64.
    VarHandle.releaseFence();
    if ((int) MODE.getAcquire(this) >= REVOKED) {
      awaitRevoker();
    }
    return true;
  }

  /**
   * Holds the heap if it is biased to {@code current}, the calling thread, and nobody else frees
   * its blocks. Whoever gets false tries {@link #tryHold}.
   */
  public final boolean tryHoldAsSoleFreer(Thread current) {
    if (thread != current) {
      return false;
    }
    BUSY.setOpaque(this, 1);
    VarHandle.releaseFence(); // as in tryHold
    if ((int) MODE.getAcquire(this) != SOLE) {
      BUSY.setRelease(this, 0);
      return false;
    }
    return true;
  }

  /** Ends the hold. */
  public final void leave() {
    BUSY.setRelease(this, 0);
  }

  private void awaitRevoker() {
    do {
      BUSY.setRelease(this, 0);
      awaitRevocationsEnd();
      BUSY.setVolatile(this, 1);
    } while ((int) MODE.getVolatile(this) >= REVOKED);
  }

  /** Waits until whoever revoked the bias has done. */
  abstract void awaitRevocationsEnd();

  /** Ends the hold of {@code current}, if it has one, whose operation overflowed the stack. */
  final void abandon(Thread current) {
    if (!stripe || ((int) BUSY.getVolatile(this) & ~SUSPECT) == mark(current)) {
      BUSY.setRelease(this, 0);
    }
  }

  // ---- stripes ----

  /** Tells whether this heap serves virtual threads. */
  public final boolean isStripe() {
    return stripe;
  }

  /** Tells whether somebody seems to hold this heap. */
  final boolean isHeld() {
    return (int) BUSY.getOpaque(this) != 0;
  }

  /**
   * Holds the heap for {@code current}, the calling thread, if it is a stripe that nobody holds.
   */
  final boolean tryHoldStripe(Thread current) {
    if (stripe && (int) BUSY.getOpaque(this) == 0 && BUSY.compareAndSet(this, 0, mark(current))) {
      holder = current;
      return true;
    }
    return false;
  }

  /**
   * What {@link #busy} is while {@code holder} holds a stripe: no two threads that live share it.
   */
  private static int mark(Thread holder) {
    int number = (int) holder.threadId() & ~SUSPECT;
    return number != 0 ? number : ~SUSPECT;
  }

  // ---- revokers; under the lock of Heaps ----

  /** Asks the owner to stop at its next operation. To be followed by the barrier. */
  final void revoke() {
    MODE.setVolatile(this, mode | REVOKED);
  }

  /** Ends what {@link #revoke} began. */
  final void restore() {
    MODE.setVolatile(this, mode & ~REVOKED);
  }

  /** Tells whether the owner, which was asked to stop before the barrier, has stopped. */
  final boolean isStopped() {
    Thread owner = thread;
    return (int) BUSY.getVolatile(this) == 0 || owner == null || !owner.isAlive();
  }

  /**
   * Ends the hold of a thread that is no longer in an operation although it never ended it: a
   * {@link StackOverflowError} may have cut it short. To be asked only after some waiting, since it
   * walks the thread's stack.
   */
  final void endBrokenHold() {
    if (stripe) {
      endBrokenHoldOfStripe();
    } else if (thread != null && !isInKernel(thread)) {
      BUSY.setVolatile(this, 0);
    }
  }

  /** The mark of suspicion is gone if the holder leaves meanwhile, be it to come back. */
  private void endBrokenHoldOfStripe() {
    int mark = (int) BUSY.getVolatile(this);
    int suspected = mark | SUSPECT;
    Thread suspect = holder;
    if (mark != 0
        && suspect != null
        && mark(suspect) == (mark & ~SUSPECT)
        && BUSY.compareAndSet(this, mark, suspected)
        && !isInKernel(suspect)) {
      boolean _ = BUSY.compareAndSet(this, suspected, 0);
    }
  }

  private static boolean isInKernel(Thread asked) {
    return Arrays.stream(asked.getStackTrace())
        .anyMatch(frame -> frame.getClassName().startsWith(KERNEL));
  }

  /** Lets the last holder of a stripe go if it has died, and with it all that it knew. */
  final void letDeadHolderGo() {
    Thread last = holder;
    if (last != null && !last.isAlive() && tryHoldStripe(Thread.currentThread())) {
      holder = null;
      leave();
    }
  }

  // ---- whose it is ----

  /** Tells whether {@code candidate} is the thread that this heap is biased to. */
  final boolean isBiasedTo(Thread candidate) {
    return thread == candidate;
  }

  /** Returns the thread that this heap is biased to, if it is. */
  final @Nullable Thread thread() {
    return thread;
  }

  /** Tells whether the thread that this heap was biased to has died, or has been forgotten. */
  final boolean isOrphan() {
    Thread owner = thread;
    return !stripe && (owner == null || !owner.isAlive());
  }

  /** Biases the heap to {@code owner}, or to nobody. Under the lock of {@link Heaps}. */
  final void bias(@Nullable Thread owner) {
    // A thread may have died in the middle of an operation.
    BUSY.setVolatile(this, 0);
    thread = owner;
  }

  /** Tells whether the owner alone frees the blocks of this heap. */
  final boolean hasSoleFreer() {
    return ((int) MODE.getVolatile(this) & OPEN) == 0;
  }

  /** Lets anybody free the blocks of this heap, whose owner is stopped. */
  final void openToOthers() {
    MODE.setVolatile(this, mode | OPEN);
  }

  /** Makes the owner the sole freer again. All heaps are stopped. */
  final void closeToOthers() {
    if (!stripe) {
      MODE.setVolatile(this, mode & ~OPEN);
    }
  }
}
