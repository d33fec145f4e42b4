package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The ids of the blocks that one {@link Tally} counts, and thereby their number. A part of it by
 * inheritance, so that the fast path finds it there without a load.
 *
 * <p>Every block of the process has an id of its own. Each of these objects leases 2^33 ids at a
 * time and counts through them with plain additions. It need not check for the end of a lease at
 * every allocation: {@link #renewIds} comes at the latest after {@link #MAX_BETWEEN_CHECKS}
 * allocations. Ids stay below 2^61, where the marks of {@link Page} begin, for 2^28 leases: one for
 * each size class that a heap serves for a budget, and one more for each 2^32 blocks, which takes
 * 86 s at 20 ns a block.
 *
 * <p>Written by the holder of the heap, read by anybody.
 */
abstract class BlockIds {

  /** Ids of one lease. */
  static final long LEASE = 1L << 33;

  /** Allocations that may be made between two looks at what is left of a lease. */
  static final long MAX_BETWEEN_CHECKS = LEASE / 4;

  /** What {@link #base} is while a lease is changed. */
  private static final long CHANGING = Long.MIN_VALUE;

  private static final AtomicLong NEXT_LEASE = new AtomicLong();

  private static final VarHandle NEXT;
  private static final VarHandle BASE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      NEXT = lookup.findVarHandle(BlockIds.class, "next", long.class);
      BASE = lookup.findVarHandle(BlockIds.class, "base", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static {
    // The JVM links such calls at their first use, and takes room on the Java heap for that: here,
    // and not between two stores of which readers wait for the second.
    BlockIds probe = new BlockIds() {};
    BASE.setVolatile(probe, 0L);
    NEXT.setRelease(probe, 0L);
    BASE.setRelease(probe, 0L);
  }

  /** The id that the next block gets. */
  private long next = newLease();

  /** {@link #next} less the number of ids given so far. */
  private long base = next;

  private static long newLease() {
    return NEXT_LEASE.getAndAdd(1) * LEASE + 1;
  }

  /** Returns a new id, 1 or more. */
  final long nextId() {
    long id = next;
    NEXT.setOpaque(this, id + 1);
    return id;
  }

  /** Returns the id that the next block gets. */
  final long upcomingId() {
    return next;
  }

  /** Takes a new lease if the current one comes to its end. */
  final void renewIds() {
    long before = next;
    if ((before & (LEASE - 1)) >= LEASE - 2 * MAX_BETWEEN_CHECKS) {
      // Readers would wait for ever for what an overflow keeps from being written.
      StackRoom.checkForFewCalls();
      long first = newLease();
      long given = before - base;
      BASE.setVolatile(this, CHANGING);
      NEXT.setRelease(this, first);
      BASE.setRelease(this, first - given);
    }
  }

  /** Returns how many ids have been given. Any thread. */
  final long givenIds() {
    while (true) {
      long from = (long) BASE.getAcquire(this);
      long given = (long) NEXT.getAcquire(this) - from;
      // One that saw the next id of a new lease sees here that the base has changed.
      if (from != CHANGING && from == (long) BASE.getAcquire(this)) {
        return given;
      }
      Thread.onSpinWait();
    }
  }
}
