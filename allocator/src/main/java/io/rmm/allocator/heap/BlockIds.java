package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The ids of the blocks that one heap allocates for one budget, and thereby their number. A part of
 * {@link BudgetCell}, by inheritance, so that the fast path finds it there without a load.
 *
 * <p>Every block of the process has an id of its own. Each of these objects leases 2^33 ids at a
 * time and counts through them with plain additions. It need not check for the end of a lease at
 * every allocation: {@link #renewIds} comes at the latest after {@link #MAX_BETWEEN_CHECKS}
 * allocations. Ids stay below 2^61, where the marks of {@link Page} begin, for 2^28 leases: one for
 * each budget and heap, and one more for every 86 s of nothing but allocating.
 *
 * <p>Written by the holder of the heap, read by anybody.
 */
abstract class BlockIds extends CellPlace {

  /** Ids of one lease. */
  static final long LEASE = 1L << 33;

  /** Allocations that may be made between two looks at what is left of a lease. */
  static final long MAX_BETWEEN_CHECKS = LEASE / 4;

  private static final AtomicLong NEXT_LEASE = new AtomicLong();

  private static final VarHandle NEXT;

  static {
    try {
      NEXT = MethodHandles.lookup().findVarHandle(BlockIds.class, "next", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile Lease lease = Lease.take(0);
  private long next = lease.first;

  BlockIds(ThreadHeap heap, BudgetAccount account, Bin[] bins) {
    super(heap, account, bins);
  }

  /** Returns a new id, 1 or more. */
  final long nextId() {
    long id = next;
    NEXT.setOpaque(this, id + 1);
    return id;
  }

  /** Takes a new lease if the current one comes to its end. */
  final void renewIds() {
    Lease current = lease;
    if (next - current.first > LEASE - 2 * MAX_BETWEEN_CHECKS) {
      Lease further = Lease.take(current.givenBefore + (next - current.first));
      NEXT.setOpaque(this, further.first);
      lease = further;
    }
  }

  /** Returns how many ids have been given. Any thread. */
  final long givenIds() {
    while (true) {
      Lease current = lease;
      long given = (long) NEXT.getOpaque(this) - current.first;
      // While the lease changes, the next id and the lease may not belong to each other.
      if (given >= 0 && given < LEASE) {
        return current.givenBefore + given;
      }
      Thread.onSpinWait();
    }
  }

  /**
   * A range of ids that nobody else gives.
   *
   * @param first the first of them
   * @param givenBefore how many ids were given from earlier leases
   */
  private record Lease(long first, long givenBefore) {

    static Lease take(long givenBefore) {
      return new Lease(NEXT_LEASE.getAndAdd(1) * LEASE + 1, givenBefore);
    }
  }
}
