package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one heap has done for one budget. Written by the holder of the heap alone, read by anybody.
 *
 * <p>A free is counted by the heap of the thread that frees, not by that of the page: so every
 * counter has one writer and needs no atomics, and only the sums over all heaps mean anything. The
 * writes are opaque: each is whole, and becomes visible in time, at the price of a plain one.
 *
 * <p>Each counter costs an allocation three instructions, so there is none that could be had from
 * another: allocations are counted by the ids given out ({@link BlockIds}), and the countdown to
 * the next sample is a mark in the allocated bytes. That each cell has a countdown of its own does
 * no harm to sampling: the exponential distribution has no memory, and so many of them make one
 * Poisson process over all bytes.
 */
public final class BudgetCell extends BlockIds {

  /** So that the ids are looked after in time, however small the blocks. */
  private static final long MAX_COUNTDOWN = BlockIds.MAX_BETWEEN_CHECKS * SizeClasses.GRANULE;

  private static final VarHandle FREES;
  private static final VarHandle ALLOCATED_BYTES;
  private static final VarHandle FREED_BYTES;
  private static final VarHandle REQUESTED_BYTES;
  private static final VarHandle ARENAS_OPENED;
  private static final VarHandle ARENAS_CLOSED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      FREES = lookup.findVarHandle(BudgetCell.class, "frees", long.class);
      ALLOCATED_BYTES = lookup.findVarHandle(BudgetCell.class, "allocatedBytes", long.class);
      FREED_BYTES = lookup.findVarHandle(BudgetCell.class, "freedBytes", long.class);
      REQUESTED_BYTES = lookup.findVarHandle(BudgetCell.class, "requestedBytes", long.class);
      ARENAS_OPENED = lookup.findVarHandle(BudgetCell.class, "arenasOpened", long.class);
      ARENAS_CLOSED = lookup.findVarHandle(BudgetCell.class, "arenasClosed", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long frees;
  private long allocatedBytes;
  private long freedBytes;
  private long requestedBytes;
  private long arenasOpened;
  private long arenasClosed;

  /** What arenas have lately needed for small segments, in bytes; 0 if nothing is known. */
  private int arenaDemand;

  /** The allocated bytes beyond which the countdown ends. */
  private long countdownEnd = -1;

  /** Bytes of the countdown beyond {@link #countdownEnd}. */
  private long undrawn;

  private long meanAtDraw = -1;

  /**
   * Makes a cell without a countdown yet: its first allocation is the occasion to draw one. The
   * caller holds {@code heap}.
   */
  BudgetCell(ThreadHeap heap, BudgetAccount account, Bin[] bins) {
    super(heap, account, bins);
  }

  // ---- the fast path; the caller holds the heap ----

  /** Returns where the heap takes slots of {@code sizeClass} from. */
  public Bin bin(int sizeClass) {
    return bins[sizeClass];
  }

  /** Counts an allocation; returns an id that no other block of the process has. */
  public long countAllocation(long slotBytes, long byteSize) {
    ALLOCATED_BYTES.setOpaque(this, allocatedBytes + slotBytes);
    REQUESTED_BYTES.setOpaque(this, requestedBytes + byteSize);
    return nextId();
  }

  /** Counts a free. */
  public void countFree(long slotBytes, long byteSize) {
    FREES.setOpaque(this, frees + 1);
    FREED_BYTES.setOpaque(this, freedBytes + slotBytes);
    REQUESTED_BYTES.setOpaque(this, requestedBytes - byteSize);
  }

  /** Tells whether the countdown to the next observation has ended. */
  public boolean isObservationDue() {
    return allocatedBytes > countdownEnd;
  }

  // ---- arenas; the caller holds the heap ----

  /**
   * Counts bytes that were asked for in a block that was counted before, or, if they are negative,
   * such that are no longer.
   *
   * <p>Needs no hold in the thread that the heap is biased to: nobody else writes this cell, also
   * while the heap is revoked, and nothing that is done to stopped heaps looks at these bytes.
   */
  public void countRequested(long bytes) {
    REQUESTED_BYTES.setOpaque(this, requestedBytes + bytes);
  }

  /** Counts the opening of an arena. */
  public void countArenaOpened() {
    ARENAS_OPENED.setOpaque(this, arenasOpened + 1);
  }

  /** Counts the close of an arena. */
  public void countArenaClosed() {
    ARENAS_CLOSED.setOpaque(this, arenasClosed + 1);
  }

  /** Returns how much the next arena is expected to need for small segments; 0 if unknown. */
  public int arenaDemand() {
    return arenaDemand;
  }

  /**
   * Learns that an arena needed {@code bytes} for small segments: the expectation rises at once, so
   * that the next such arena fits, and falls by a sixteenth of the difference.
   */
  public void learnArenaDemand(int bytes) {
    int known = arenaDemand;
    arenaDemand = bytes > known ? bytes : known - ((known - bytes + 15) >> 4);
  }

  // ---- sampling; the caller holds the heap ----

  /**
   * Sets the bytes to the next observation.
   *
   * @param bytes 0 or more
   * @param mean the mean of the distribution that {@code bytes} was drawn from
   * @param counted bytes allocated already that the countdown includes
   */
  public void redraw(long bytes, long mean, long counted) {
    countdownEnd = allocatedBytes - counted;
    undrawn = bytes;
    meanAtDraw = mean;
    drawOn();
  }

  /**
   * Goes on with a countdown whose end was put off, and looks after the ids.
   *
   * @return whether there was something to go on with
   */
  public boolean drawOn() {
    long step = Math.min(undrawn, MAX_COUNTDOWN);
    undrawn -= step;
    countdownEnd += step;
    renewIds();
    return step > 0;
  }

  /** Returns the mean that the countdown which now ends was drawn with, or -1 at the very first. */
  public long meanAtDraw() {
    return meanAtDraw;
  }

  // ---- for readers; any thread ----

  /**
   * Adds the frees to {@code sum}. To be read of all cells before {@link #addAllocationsTo}: a free
   * that is seen here has its allocation, which was counted before it in whichever cell, seen
   * there, and no sum is ever negative.
   */
  void addFreesTo(Usage sum) {
    sum.frees += (long) FREES.getAcquire(this);
    sum.freedBytes += (long) FREED_BYTES.getAcquire(this);
  }

  /** Returns the arenas closed so far. To be read of all cells before {@link #arenasOpened}. */
  long arenasClosed() {
    return (long) ARENAS_CLOSED.getAcquire(this);
  }

  /** Returns the arenas opened so far. */
  long arenasOpened() {
    return (long) ARENAS_OPENED.getOpaque(this);
  }

  /** Adds the allocations to {@code sum}, and what was asked for and is held. */
  void addAllocationsTo(Usage sum) {
    sum.requestedBytes += (long) REQUESTED_BYTES.getOpaque(this);
    sum.allocatedBytes += (long) ALLOCATED_BYTES.getOpaque(this);
    sum.allocations += givenIds();
  }
}
