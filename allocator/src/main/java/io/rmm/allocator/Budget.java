package io.rmm.allocator;

import java.lang.foreign.Arena;
import java.util.List;

/**
 * A node in the tree of limits and accounts: the root, a tenant, a component.
 *
 * <p>Every block is charged to the budget that it was allocated from and to all its ancestors, with
 * the bytes of its slot (its <em>used</em> bytes, not the bytes asked for). No budget ever exceeds
 * its hard limit, not even for an instant and not under any number of threads. All methods may be
 * called by any thread.
 *
 * <pre>{@code
 * Budget tenant = manager.rootBudget().child("tenant-7", BudgetLimits.hard(64L << 20));
 * try (Block block = tenant.allocate(4096)) {
 *   block.segment().fill((byte) 1);
 * }
 * }</pre>
 */
public interface Budget {

  /** Returns the name that this budget was created with; the root's is {@code "root"}. */
  String name();

  /** Returns the names from the root to this budget, joined by {@code /}. */
  String path();

  /**
   * Creates a child budget.
   *
   * @param name 1 to 128 characters, no control characters and no {@code /}, not used by another
   *     child of this budget
   * @param limits the child's limits; its hard limit may be above this budget's, which then still
   *     holds
   * @throws IllegalArgumentException if the name is not as said, or taken
   * @throws IllegalStateException if the memory manager is closed, or has 4,096 budgets already, or
   *     if this budget is 32 levels deep, the root being the first
   */
  Budget child(String name, BudgetLimits limits);

  /** Returns the children that exist now, in the order of their creation. */
  List<Budget> children();

  /**
   * Allocates a block of {@code byteSize} bytes, aligned to 16. Its contents are undefined.
   *
   * <p>A block may be larger than the machine's memory, of which only what is touched is needed.
   * But addresses are never used twice, so blocks of more than 64 GiB get no more than half of
   * those that there are, 2^46 bytes on Linux; beyond that they are refused as a want of memory,
   * and smaller ones are not.
   *
   * @param byteSize bytes, 0 or more; a block of 0 bytes is distinct, and any access to it is
   *     refused
   * @throws IllegalArgumentException if {@code byteSize} is negative or absurd (over 2^46)
   * @throws AllocationRejectedException if this budget or an ancestor would exceed its hard limit
   * @throws OutOfMemoryError if the operating system has no more memory or address space
   * @throws IllegalStateException if the memory manager is closed
   */
  Block allocate(long byteSize);

  /**
   * As {@link #allocate(long)}, with an alignment.
   *
   * @param byteSize bytes, 0 or more
   * @param byteAlignment a power of two, from 1 to 2^30
   * @throws IllegalArgumentException also if {@code byteAlignment} is not as said
   */
  Block allocate(long byteSize, long byteAlignment);

  /**
   * Opens an arena for the calling thread alone. Its segments are zeroed, and all die when it is
   * closed, as those of {@link Arena#ofConfined()} do.
   *
   * <p>As with the JDK's arenas, a size or an alignment that no machine has memory for is no wrong
   * argument, but gets an {@link OutOfMemoryError}; so do alignments above 2^36. This holds of the
   * other kinds of arena too.
   */
  Arena openConfinedArena();

  /**
   * Opens an arena that every thread may use and close. Its segments are zeroed. Closing is
   * synchronous, as that of {@link Arena#ofShared()}: when {@code close()} returns, no access can
   * succeed any more.
   */
  Arena openSharedArena();

  /**
   * Opens an arena that every thread may use and close, and whose close is cheap: it is completed
   * together with that of others, later. Closing a {@linkplain #openSharedArena() shared} arena
   * stops all threads of the JVM for a moment, 10 to 75 us, which is too much for an arena that
   * serves a request; here up to 128 arenas share that cost.
   *
   * <p>Its segments are zeroed. It differs from what {@link Arena} promises in the following.
   *
   * <ul>
   *   <li>Once {@code close()} has returned, allocations are refused, and to close again is, too;
   *       but accesses to the segments may still succeed, <em>until the batch is closed</em> that
   *       the arena belongs to. They then see and change the arena's own former contents: the
   *       memory serves nobody else before no access can succeed any more.
   *   <li>A batch is closed when all its arenas have been: at once if it was full, and else at the
   *       next tick of the manager's clock, which comes four times a second. Its arenas are those
   *       that were opened on this budget one after the other, up to 128, or to 1 MiB that was
   *       given back, or to the first tick after one of them was closed. So an arena that stays
   *       open for long holds up its batch, but not what is opened later.
   *   <li>All arenas of a batch have the same {@link Arena#scope() scope}. It is alive until the
   *       batch is closed: {@code scope().isAlive()} says whether an access can succeed, and not
   *       whether {@code close()} was called.
   *   <li>To close an arena never fails because its segments are in use, by a native call or by
   *       {@code Scope}-keeping operations; its batch waits for the end of that use.
   *   <li>Until its batch is closed, the memory is charged to the budget. Before the budget refuses
   *       an allocation, batches of which all arenas have been closed are.
   *   <li>An arena that is never closed holds its batch for ever: at most 127 others, and little
   *       more than 1 MiB of theirs. Somebody may still use its segments, even when the arena
   *       itself is no longer reachable; then it is reported as a leak, if one of its blocks was
   *       observed.
   * </ul>
   */
  Arena openDeferredArena();

  /** Returns the bytes of the slots that this budget and its descendants hold now. */
  long usedBytes();

  /**
   * Returns the highest value of {@link #usedBytes()} so far: exact for a budget with a hard limit,
   * and otherwise the highest that a snapshot or the manager's clock (four times a second) has
   * seen. Never more than was held at one moment, where a block that is resized counts as two until
   * that is done.
   */
  long peakBytes();

  /** Returns the limits in force. */
  BudgetLimits limits();

  /**
   * Sets new limits, at once. A hard limit below what is used now takes nothing away: allocations
   * are refused until enough has been freed.
   */
  void setLimits(BudgetLimits limits);
}
