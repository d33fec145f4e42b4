package io.rmm.allocator.heap;

import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The owner of pages for one platform thread, or one stripe for virtual threads: a {@link Bin} for
 * each size class and a {@link BudgetCell} for each budget. Who may touch it is told by {@link
 * Hold}.
 *
 * <p>A thread that dies leaves its heap with everything in it; the next new thread takes it over,
 * see {@link BiasedHeaps}. Hence a page never changes its heap, and a free needs one comparison to
 * know whether it is local.
 */
public final class ThreadHeap extends Hold {

  private final Heaps heaps;
  private final Bin[] bins;
  final HeapPages pages = new HeapPages();

  /** How long the last page took. */
  public final PageWait pageWait = new PageWait();

  private @Nullable BudgetCell[] cells = new BudgetCell[8];

  private boolean closed;

  /** Canaries that may still be looked at in this pass over pages that go back. */
  private int canariesLeft;

  private ThreadHeap(Heaps heaps, @Nullable Thread thread, boolean stripe) {
    super(thread, stripe);
    this.heaps = heaps;
    this.bins = new Bin[SizeClasses.COUNT + 1];
    Arrays.setAll(bins, sizeClass -> new Bin(this, sizeClass));
  }

  /** Makes a heap that is biased to {@code thread}. */
  static ThreadHeap of(Heaps heaps, Thread thread) {
    return new ThreadHeap(heaps, thread, false);
  }

  /** Makes a heap for virtual threads. */
  static ThreadHeap stripe(Heaps heaps) {
    return new ThreadHeap(heaps, null, true);
  }

  /** Makes the heap that huge pages belong to: that of no thread. */
  static ThreadHeap ofNobody(Heaps heaps) {
    return new ThreadHeap(heaps, null, false);
  }

  @Override
  void awaitRevocationsEnd() {
    heaps.awaitRevoker();
  }

  // ---- pages; the caller holds the heap ----

  /** Returns where slots of {@code sizeClass} are taken from. */
  Bin bin(int sizeClass) {
    return bins[sizeClass];
  }

  /** Tells whether views of blocks may end by themselves. */
  boolean endsViews() {
    return heaps.endsViews();
  }

  /** Tells whether blocks are followed by canaries. */
  boolean hasCanaries() {
    return heaps.hasCanaries();
  }

  /** Tells whether the manager is closed. */
  boolean isClosed() {
    return closed;
  }

  /**
   * Checks that the manager is open.
   *
   * @throws IllegalStateException if it is not
   */
  public void checkOpen() {
    heaps.checkOpen(closed);
  }

  /** Takes a page of {@code sizeClass} from the pool. */
  Page newPage(int sizeClass) {
    StackRoom.check();
    if (pages.isSweepDue()) {
      releaseEmptyPages(false);
    } else if (pages.areManyNoted()) {
      releaseNotedPages(2 * SizeClasses.pageBytes(sizeClass));
    } else if (pages.areManyLarge()) {
      releaseLargeCurrentPages();
    }
    pages.makeRoom();
    pageWait.begin();
    Page page = heaps.pool().takePage(this, sizeClass, pageWait);
    pageWait.end();
    pages.add(page);
    return page;
  }

  /**
   * Makes a page for one huge block. It belongs to nobody: whoever frees the block gives the memory
   * straight back to the pool.
   */
  public Page hugePage(long bytes, long byteAlignment) {
    StackRoom.check();
    checkOpen();
    pageWait.begin();
    Page page = heaps.pool().takeHuge(heaps.nobody(), bytes, byteAlignment, pageWait);
    pageWait.end();
    return page;
  }

  /** Makes a page for one block in memory that an arena owns. It ends as a huge page does. */
  public Page arenaPage(Arena arena, long bytes, long byteAlignment) {
    StackRoom.check();
    checkOpen();
    heaps.pool().adopt(bytes);
    try {
      return Page.of(heaps.nobody(), arena.allocate(bytes, byteAlignment));
    } catch (Throwable e) {
      heaps.pool().disown(bytes);
      throw e;
    }
  }

  /** Gives a slot of {@code page} back, by whichever of the ways this heap must take. */
  public void giveBack(Page page, int slot) {
    if (page.owner == this) {
      page.bin.give(page, slot);
    } else if (page.isHuge()) {
      // Its one slot was just freed: nobody else can touch the page any more.
      heaps.pool().release(page);
    } else {
      REMOTE_FREES.setOpaque(this, remoteFrees + 1);
      page.giveRemotely(slot);
    }
  }

  /** Takes back a slot that was just taken from this heap, and in which no block came to stand. */
  public void takeBack(Page page, int slot) {
    if (page.isHuge()) {
      bin(SizeClasses.HUGE).forgetOffer();
    }
    giveBack(page, slot);
  }

  /** Makes the slots free that other threads have freed. */
  private void drainRemote() {
    for (Bin bin : bins) {
      bin.drainRemote();
    }
  }

  /**
   * Makes the owner the sole freer again. All heaps are stopped. What others have freed is taken
   * in, so that no page stands on a queue any more: the next that others free a slot of is pushed,
   * and seen not to be quiet.
   */
  void endFreesByOthers() {
    drainRemote();
    closeToOthers();
  }

  /**
   * Gives pages without a live slot back to the pool.
   *
   * <p>Also large pages that are current although their class is in use: to take one from the pool
   * again is little beside the use of so large a block.
   *
   * @param all whether other current pages are given back too, although their classes are in use
   */
  void releaseEmptyPages(boolean all) {
    canariesLeft = CanarySweep.MOST_PER_PASS;
    drainRemote();
    pages.beginSweep();
    for (int i = pages.count() - 1; i >= 0; i--) {
      Page page = pages.at(i);
      page.collectRemote();
      if (page.isEmpty()
          && (all || SizeClasses.isLarge(page.sizeClass) || page.bin.isDispensable(page))) {
        release(page);
      }
    }
  }

  /** Gives {@code enough} bytes of pages back that were noted as empty, if there are so many. */
  private void releaseNotedPages(long enough) {
    canariesLeft = CanarySweep.MOST_PER_PASS;
    long released = 0;
    while (released < enough) {
      Page page = pages.pollNoted();
      if (page == null) {
        return;
      }
      if (!page.dead && page.isEmpty() && page.bin.isDispensable(page)) {
        released += page.bytes();
        release(page);
      }
    }
  }

  private void releaseLargeCurrentPages() {
    pages.beginLook();
    for (int sizeClass = SizeClasses.FIRST_LARGE; sizeClass < SizeClasses.COUNT; sizeClass++) {
      Page current = bins[sizeClass].emptyCurrent();
      if (current != null) {
        release(current);
      }
    }
  }

  private void release(Page page) {
    canariesLeft -= heaps.canarySweep().lookBeforeItGoes(page, canariesLeft);
    page.bin.forget(page);
    pages.remove(page);
    heaps.pool().release(page);
  }

  /** Refuses allocations from now on, and marks what is live as dead with the manager. */
  void close() {
    closed = true;
    for (Bin bin : bins) {
      bin.clear();
    }
    pages.close();
    RecentCells.forget(this);
  }

  // ---- cells; the caller holds the heap ----

  /**
   * Returns this heap's cell for {@code account}. If there is none, and the Java heap has no room
   * for one, the hold ends before the error is thrown.
   */
  public BudgetCell cell(BudgetAccount account) {
    @Nullable BudgetCell[] known = cells;
    if (account.index < known.length) {
      BudgetCell cell = known[account.index];
      if (cell != null) {
        return cell;
      }
    }
    return newCell(account);
  }

  private BudgetCell newCell(BudgetAccount account) {
    int index = account.index;
    try {
      @Nullable BudgetCell[] grown = cells;
      if (index >= grown.length) {
        grown = Arrays.copyOf(grown, Math.max(index + 1, 2 * grown.length));
      }
      BudgetCell cell = new BudgetCell(this, account);
      grown[index] = cell;
      // Readers must not see the array before what was copied into it, or sums would fall. They may
      // miss the new cell, and with it what this very operation counts.
      VarHandle.releaseFence();
      cells = grown;
      return cell;
    } catch (OutOfMemoryError e) {
      leave();
      throw e;
    }
  }

  // ---- for readers; any thread ----

  /**
   * Returns what this heap has done for the account at {@code index}, null standing for nothing.
   */
  @Nullable BudgetCell cellAt(int index) {
    @Nullable BudgetCell[] known = cells;
    return index < known.length ? known[index] : null;
  }

  /** Returns the arenas closed with this heap. To be read of all before {@link #arenasOpened}. */
  long arenasClosed() {
    long sum = 0;
    for (BudgetCell cell : cells) {
      sum += cell == null ? 0 : cell.arenasClosed();
    }
    return sum;
  }

  /** Returns the arenas opened with this heap. */
  long arenasOpened() {
    long sum = 0;
    for (BudgetCell cell : cells) {
      sum += cell == null ? 0 : cell.arenasOpened();
    }
    return sum;
  }

  /** Returns the frees by this heap's holder into pages of other heaps. */
  long remoteFrees() {
    return (long) REMOTE_FREES.getOpaque(this);
  }

  /** Tells whether there seem to be pages to give back, as {@link #releaseEmptyPages} does. */
  boolean seemsCollectable(boolean all) {
    return pages.seemCollectable(all);
  }

  /** Adds the bytes of this heap's pages to {@code byClass}; returns those with a live slot. */
  long addPages(long[] byClass) {
    return pages.addBytes(byClass);
  }

  /** Has the sampler look at the next block of every budget and size class. */
  void markDue() {
    for (Bin bin : bins) {
      bin.markDue();
    }
  }

  /** Notes which classes are in use, and whether others free here. By the clock. */
  void noteTick() {
    for (Bin bin : bins) {
      bin.noteTick();
    }
  }

  /** Tells for how many ticks no other thread has freed a slot of this heap. */
  int ticksWithoutRemoteFree() {
    int ticks = Integer.MAX_VALUE;
    for (Bin bin : bins) {
      ticks = Math.min(ticks, bin.ticksWithoutRemoteFree());
    }
    return ticks;
  }
}
