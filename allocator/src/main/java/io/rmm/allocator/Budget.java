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
   * @param byteSize bytes, 0 or more; a block of 0 bytes is distinct, and any access to it is
   *     refused
   * @throws IllegalArgumentException if {@code byteSize} is negative or absurd (over 2^46)
   * @throws AllocationRejectedException if this budget or an ancestor would exceed its hard limit
   * @throws OutOfMemoryError if the operating system has no more memory
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
   */
  Arena openConfinedArena();

  /**
   * Opens an arena that every thread may use and close. Its segments are zeroed. Closing is
   * synchronous, as that of {@link Arena#ofShared()}: when {@code close()} returns, no access can
   * succeed any more.
   */
  Arena openSharedArena();

  /** Returns the bytes of the slots that this budget and its descendants hold now. */
  long usedBytes();

  /**
   * Returns the highest value of {@link #usedBytes()} so far: exact for a budget with a hard limit,
   * and otherwise the highest that a snapshot or the manager's clock (four times a second) has
   * seen.
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
