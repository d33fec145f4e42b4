package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one heap has done for one budget: a {@link Tally} for each size class, and what concerns all
 * of them. Written by the holder of the heap alone, read by anybody, as tallies are.
 */
public final class BudgetCell {

  private static final VarHandle TALLIES = MethodHandles.arrayElementVarHandle(Tally[].class);
  private static final VarHandle HUGE_ALLOCATED_BYTES;
  private static final VarHandle HUGE_FREED_BYTES;
  private static final VarHandle ARENA_BYTES;
  private static final VarHandle ARENAS_OPENED;
  private static final VarHandle ARENAS_CLOSED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HUGE_ALLOCATED_BYTES =
          lookup.findVarHandle(BudgetCell.class, "hugeAllocatedBytes", long.class);
      HUGE_FREED_BYTES = lookup.findVarHandle(BudgetCell.class, "hugeFreedBytes", long.class);
      ARENA_BYTES = lookup.findVarHandle(BudgetCell.class, "arenaBytes", long.class);
      ARENAS_OPENED = lookup.findVarHandle(BudgetCell.class, "arenasOpened", long.class);
      ARENAS_CLOSED = lookup.findVarHandle(BudgetCell.class, "arenasClosed", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The heap whose holder writes here. */
  public final ThreadHeap heap;

  /** The budget that this is about. */
  public final BudgetAccount account;

  private final @Nullable Tally[] tallies = new Tally[SizeClasses.COUNT + 1];
  private long hugeAllocatedBytes;
  private long hugeFreedBytes;

  /** Bytes asked for in arenas, beyond what their blocks were counted with. */
  private long arenaBytes;

  private long arenasOpened;
  private long arenasClosed;

  /** What arenas have lately needed for small segments, in bytes; 0 if nothing is known. */
  private int arenaDemand;

  /** Makes a cell in which nothing is counted. The caller holds {@code heap}. */
  BudgetCell(ThreadHeap heap, BudgetAccount account) {
    this.heap = heap;
    this.account = account;
  }

  /**
   * Returns the tally of {@code sizeClass}. If there is none, and the Java heap has no room for
   * one, the hold ends before the error is thrown.
   */
  public Tally tally(int sizeClass) {
    Tally tally = tallies[sizeClass];
    return tally != null ? tally : newTally(sizeClass);
  }

  private Tally newTally(int sizeClass) {
    try {
      Bin bin = heap.bin(sizeClass);
      Tally tally = new Tally(this, bin, sizeClass);
      TALLIES.setRelease(tallies, sizeClass, tally);
      bin.add(tally);
      return tally;
    } catch (OutOfMemoryError e) {
      heap.leave();
      throw e;
    }
  }

  // ---- huge blocks; the caller holds the heap ----

  void countHugeAllocation(long slotBytes) {
    HUGE_ALLOCATED_BYTES.setOpaque(this, hugeAllocatedBytes + slotBytes);
  }

  void countHugeFree(long slotBytes) {
    HUGE_FREED_BYTES.setRelease(this, hugeFreedBytes + slotBytes);
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
    ARENA_BYTES.setOpaque(this, arenaBytes + bytes);
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

  // ---- for readers; any thread ----

  private @Nullable Tally tallyAt(int sizeClass) {
    return (Tally) TALLIES.getAcquire(tallies, sizeClass);
  }

  /** Adds the frees to {@code sum}, and to what was done in each class. */
  void addFrees(Usage sum, Usage[] byClass) {
    for (int sizeClass = 0; sizeClass < tallies.length; sizeClass++) {
      Tally tally = tallyAt(sizeClass);
      if (tally != null) {
        tally.addFrees(sum, byClass[sizeClass]);
      }
    }
  }

  /** Returns the bytes of all slots taken back so far. */
  long freedBytes() {
    long sum = 0;
    for (int sizeClass = 0; sizeClass < tallies.length; sizeClass++) {
      Tally tally = tallyAt(sizeClass);
      sum += tally == null ? 0 : tally.freedBytes();
    }
    return sum;
  }

  /** Adds all else to {@code sum}, and to what was done in each class. */
  void addAllocations(Usage sum, Usage[] byClass) {
    for (int sizeClass = 0; sizeClass < tallies.length; sizeClass++) {
      Tally tally = tallyAt(sizeClass);
      if (tally != null) {
        tally.addAllocations(sum, byClass[sizeClass]);
      }
    }
    sum.requestedBytes += (long) ARENA_BYTES.getOpaque(this);
  }

  long hugeAllocatedBytes() {
    return (long) HUGE_ALLOCATED_BYTES.getOpaque(this);
  }

  long hugeFreedBytes() {
    return (long) HUGE_FREED_BYTES.getAcquire(this);
  }

  /** Returns the arenas closed so far. To be read of all cells before {@link #arenasOpened}. */
  long arenasClosed() {
    return (long) ARENAS_CLOSED.getAcquire(this);
  }

  /** Returns the arenas opened so far. */
  long arenasOpened() {
    return (long) ARENAS_OPENED.getOpaque(this);
  }
}
