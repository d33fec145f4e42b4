package io.rmm.allocator.heap;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives every block of the process an id of its own.
 *
 * <p>A heap leases 2^33 ids at a time and counts through them with plain additions. It need not
 * check for the end of a lease at every allocation: it does so in {@link ThreadHeap#redraw}, which
 * comes at the latest after {@link #MAX_BETWEEN_CHECKS} allocations. Ids stay below 2^61, where the
 * marks of {@link Page} begin, for 2^28 leases, which last centuries.
 */
final class BlockIds {

  /** Ids of one lease. */
  static final long LEASE = 1L << 33;

  /** Allocations that a heap may make between two looks at what is left of its lease. */
  static final long MAX_BETWEEN_CHECKS = LEASE / 4;

  private static final AtomicLong NEXT_LEASE = new AtomicLong();

  private BlockIds() {}

  /** Returns the first id of a new lease, 1 or more. */
  static long lease() {
    return NEXT_LEASE.getAndAdd(1) * LEASE + 1;
  }

  /** Returns {@code next}, or the start of a new lease if its own comes to its end. */
  static long renew(long next) {
    return LEASE - (next & (LEASE - 1)) > 2 * MAX_BETWEEN_CHECKS ? next : lease();
  }
}
