package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one heap has done for one budget in one size class. Written by the holder of the heap alone,
 * read by anybody.
 *
 * <p>A free is counted by the heap of the thread that frees, not by that of the page: so every
 * counter has one writer and needs no atomics, and only the sums over all heaps mean anything. The
 * writes are opaque: each is whole, and becomes visible in time, at the price of a plain one.
 *
 * <p><b>Why so finely.</b> A counter costs an operation three instructions. Heap, budget and size
 * class together need but two for an allocation and two for a free; the counts and bytes of a
 * budget, of a class and of a heap are sums of these, which readers pay for. Allocations are
 * counted by the ids given out ({@link BlockIds}), bytes of slots follow from the counts, since all
 * slots of a class have the same size, and the countdown to the next sample is a mark among the
 * ids. (Huge blocks, whose slots differ, are counted besides, off the fast path.) Measured:
 * docs/decisions/0012-tallies.md.
 *
 * <p>That each of these has a countdown of its own does no harm to sampling: the exponential
 * distribution has no memory, and so many of them make one Poisson process over all bytes.
 */
public final class Tally extends BlockIds {

  private static final VarHandle FREES;
  private static final VarHandle REQUESTED_BYTES;
  private static final VarHandle SLOW_PATHS;
  private static final VarHandle COUNTDOWN_END;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      FREES = lookup.findVarHandle(Tally.class, "frees", long.class);
      REQUESTED_BYTES = lookup.findVarHandle(Tally.class, "requestedBytes", long.class);
      SLOW_PATHS = lookup.findVarHandle(Tally.class, "slowPaths", long.class);
      COUNTDOWN_END = lookup.findVarHandle(Tally.class, "countdownEnd", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The heap whose holder writes here. */
  public final ThreadHeap heap;

  /** Where the heap takes slots of this size class from. */
  public final Bin bin;

  private final BudgetCell cell;
  private final int sizeClass;
  private long frees;
  private long requestedBytes;
  private long slowPaths;

  /** What {@link #countdownEnd} is while the sampler must look at every block. */
  private static final long EVERY_BLOCK = Long.MIN_VALUE;

  /** The id from which on the sampler must look at a block. */
  private long countdownEnd = EVERY_BLOCK;

  /** Whether it must look at every block, because they are huge or traced. */
  private boolean lookedAtEach;

  /** Blocks of the countdown beyond {@link #countdownEnd}, or, if each is looked at, bytes. */
  private long left;

  private long meanAtDraw = -1;

  /** The next tally of the same bin. */
  final @Nullable Tally nextInBin;

  /**
   * Makes a tally without a countdown yet: its first allocation is the occasion to draw one. The
   * caller holds the heap of {@code cell}.
   */
  Tally(BudgetCell cell, Bin bin, int sizeClass) {
    this.cell = cell;
    this.heap = cell.heap;
    this.bin = bin;
    this.sizeClass = sizeClass;
    this.lookedAtEach = isHuge();
    this.nextInBin = bin.tallies();
  }

  // ---- the fast path; the caller holds the heap ----

  /** Counts an allocation; returns an id that no other block of the process has. */
  public long countAllocation(long byteSize) {
    REQUESTED_BYTES.setOpaque(this, requestedBytes + byteSize);
    return nextId();
  }

  /** Counts a free, be it of a slot of this heap's or of another's. */
  public void countFree(long byteSize) {
    FREES.setOpaque(this, frees + 1);
    REQUESTED_BYTES.setOpaque(this, requestedBytes - byteSize);
  }

  /** Counts that no free slot was at hand. Off the fast path. */
  public void countSlowPath() {
    SLOW_PATHS.setOpaque(this, slowPaths + 1);
  }

  /** Tells whether the sampler must look at the block that just got {@code id}. */
  public boolean isObservationDue(long id) {
    return id >= countdownEnd;
  }

  // ---- huge blocks; the caller holds the heap ----

  private boolean isHuge() {
    return sizeClass == SizeClasses.HUGE;
  }

  /** Counts the bytes of the free of a huge block, besides the free. */
  public void countHugeFree(long slotBytes) {
    cell.countHugeFree(slotBytes);
  }

  // ---- sampling; the caller holds the heap ----

  /**
   * Looks after the ids, and counts the bytes of a huge block: to be called for each block that
   * {@link #isObservationDue} tells of, as it does of all huge ones.
   */
  public void settle(long slotBytes) {
    renewIds();
    if (isHuge()) {
      bin.forgetOffer();
      cell.countHugeAllocation(slotBytes);
    }
  }

  /**
   * Sets whether every block is looked at. Where that changes, the countdown is forgotten, and the
   * next one begins with the block at hand: an exponential distribution has no memory, so the
   * sampling is none the worse for it.
   */
  public void lookAtEach(boolean each) {
    if (!isHuge() && (each != lookedAtEach || (!each && countdownEnd == EVERY_BLOCK))) {
      lookedAtEach = each;
      meanAtDraw = -1;
      countdownEnd = EVERY_BLOCK;
    }
  }

  /**
   * Begins a countdown with the next block.
   *
   * @param bytes to the next observation, 0 or more
   * @param mean the mean of the distribution that {@code bytes} was drawn from
   */
  public void redraw(long bytes, long mean) {
    meanAtDraw = mean;
    if (lookedAtEach) {
      left = bytes;
    } else {
      left = bytes / SizeClasses.slotBytes(sizeClass);
      putOff();
    }
  }

  /**
   * Tells whether the countdown ends with this block of {@code slotBytes}; else goes on with it.
   */
  public boolean endsWith(long slotBytes) {
    if (lookedAtEach) {
      left -= slotBytes;
      return left < 0;
    }
    if (left == 0) {
      return true;
    }
    putOff();
    return false;
  }

  /** Puts the next look off by as many blocks as the ids allow. */
  private void putOff() {
    // So that the ids are looked after in time, however small the blocks.
    long step = Math.min(left, MAX_BETWEEN_CHECKS);
    left -= step;
    countdownEnd = upcomingId() + step;
  }

  /** Returns the mean that the countdown which now ends was drawn with, or -1 at the very first. */
  public long meanAtDraw() {
    return meanAtDraw;
  }

  // ---- for others; any thread ----

  /**
   * Has the sampler look at the next block, as is done for every tally and again and again while
   * all blocks are traced. A race: the holder may write what it was about to write after this; then
   * the next call comes in time.
   */
  void markDue() {
    if ((long) COUNTDOWN_END.getOpaque(this) != EVERY_BLOCK) {
      COUNTDOWN_END.setOpaque(this, EVERY_BLOCK);
    }
  }

  /**
   * Returns the frees so far. To be read of all tallies before {@link #allocations}: a free that is
   * seen here has its allocation, which was counted before it in whichever tally, seen there, and
   * no sum is ever negative.
   */
  long frees() {
    return (long) FREES.getAcquire(this);
  }

  /** Returns the allocations so far. */
  long allocations() {
    return givenIds();
  }

  /** Adds the frees to {@code sum}, and to those of the size class. */
  void addFrees(Usage sum, Usage ofClass) {
    long count = frees();
    sum.frees += count;
    sum.freedBytes += freedBytes(count);
    ofClass.frees += count;
  }

  /** Returns the bytes of the slots taken back so far. */
  long freedBytes() {
    return freedBytes(frees());
  }

  /** Adds all else to {@code sum}, and to what was done in the size class. */
  void addAllocations(Usage sum, Usage ofClass) {
    long count = allocations();
    sum.allocations += count;
    sum.allocatedBytes +=
        isHuge() ? cell.hugeAllocatedBytes() : count * SizeClasses.slotBytes(sizeClass);
    long requested = (long) REQUESTED_BYTES.getOpaque(this);
    sum.requestedBytes += requested;
    ofClass.allocations += count;
    ofClass.requestedBytes += requested;
    ofClass.slowPaths += (long) SLOW_PATHS.getOpaque(this);
  }

  private long freedBytes(long count) {
    return isHuge() ? cell.hugeFreedBytes() : count * SizeClasses.slotBytes(sizeClass);
  }
}
