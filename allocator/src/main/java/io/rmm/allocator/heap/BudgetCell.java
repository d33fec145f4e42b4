package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one heap has done for one budget. Written by the holder of the heap alone, read by anybody.
 *
 * <p>A free is counted by the heap of the thread that frees, not by that of the page: so every
 * counter has one writer and needs no atomics, and only the sums over all heaps mean anything. The
 * writes are opaque: each is whole, and becomes visible in time, at the price of a plain one.
 */
public final class BudgetCell {

  private static final VarHandle ALLOCATIONS;
  private static final VarHandle FREES;
  private static final VarHandle ALLOCATED_BYTES;
  private static final VarHandle FREED_BYTES;
  private static final VarHandle REQUESTED_BYTES;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ALLOCATIONS = lookup.findVarHandle(BudgetCell.class, "allocations", long.class);
      FREES = lookup.findVarHandle(BudgetCell.class, "frees", long.class);
      ALLOCATED_BYTES = lookup.findVarHandle(BudgetCell.class, "allocatedBytes", long.class);
      FREED_BYTES = lookup.findVarHandle(BudgetCell.class, "freedBytes", long.class);
      REQUESTED_BYTES = lookup.findVarHandle(BudgetCell.class, "requestedBytes", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long allocations;
  private long frees;
  private long allocatedBytes;
  private long freedBytes;
  private long requestedBytes;

  void countAllocation(long slotBytes, long byteSize) {
    ALLOCATIONS.setOpaque(this, allocations + 1);
    ALLOCATED_BYTES.setOpaque(this, allocatedBytes + slotBytes);
    REQUESTED_BYTES.setOpaque(this, requestedBytes + byteSize);
  }

  void countFree(long slotBytes, long byteSize) {
    FREES.setOpaque(this, frees + 1);
    FREED_BYTES.setOpaque(this, freedBytes + slotBytes);
    REQUESTED_BYTES.setOpaque(this, requestedBytes - byteSize);
  }

  /**
   * Adds the frees to {@code sum}. To be read of all cells before {@link #addAllocationsTo}: a free
   * that is seen here has its allocation, which was counted before it in whichever cell, seen
   * there, and no sum is ever negative.
   */
  void addFreesTo(Usage sum) {
    sum.frees += (long) FREES.getAcquire(this);
    sum.freedBytes += (long) FREED_BYTES.getAcquire(this);
  }

  /** Adds the allocations to {@code sum}, and what was asked for and is held. */
  void addAllocationsTo(Usage sum) {
    sum.requestedBytes += (long) REQUESTED_BYTES.getOpaque(this);
    sum.allocatedBytes += (long) ALLOCATED_BYTES.getOpaque(this);
    sum.allocations += (long) ALLOCATIONS.getOpaque(this);
  }
}
