package io.rmm.allocator.source;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock for which a virtual thread waits without giving up its carrier, by trying again and again.
 *
 * <p>For what is taken in a hold. A virtual thread that gave its carrier up there would need one
 * again to end the hold. All carriers may be kept meanwhile by virtual threads with native code on
 * their stacks, which cannot give them up, and which wait for that very hold, or for who waits for
 * it: a deadlock. So whoever holds a heap, the lock of all heaps, or a lock like this one does
 * nothing for which a virtual thread is unmounted.
 *
 * <p>Costs a processor for as long as the lock is held by another: some microseconds, or as long as
 * the operating system takes back the idle memory of a large pool, some 50 ms for a gibibyte.
 * Platform threads wait in the lock's queue, as ever.
 */
public final class MountedLock extends ReentrantLock {

  private static final long serialVersionUID = 1L;

  /** Makes a lock that nobody holds. */
  public MountedLock() {}

  @Override
  public void lock() {
    if (!Thread.currentThread().isVirtual()) {
      super.lock();
      return;
    }
    while (!tryLock()) {
      Thread.onSpinWait();
    }
  }
}
