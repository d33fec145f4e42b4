package io.rmm.allocator.heap;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All pages of one heap: finds those without a live slot and gives them back to the pool. For the
 * holder, but for the readings at the end.
 */
final class HeapPages {

  /** Pages taken from the pool after which the heap looks for empty ones of its own, at least. */
  private static final int MIN_PAGES_BETWEEN_SWEEPS = 16;

  /** Bytes of large pages after which the heap looks for empty ones, at least. */
  private static final long MIN_LARGE_BYTES_BETWEEN_SWEEPS = 512 << 10;

  /**
   * The part of the heap by which large pages may grow between two sweeps, so that no more than
   * that stands empty while others are taken. For small pages that is too dear: their classes take
   * and lose pages all the time, and 1,024 blocks of up to 64 KiB that are replaced at random took
   * three times as long.
   */
  private static final int LARGE_SHARE_BETWEEN_SWEEPS = 32;

  final List<Page> pages = new ArrayList<>();
  private int addedSinceSweep;
  private long bytes;
  private long largeBytesAddedSinceSweep;

  /** Tells whether so much was added since the last sweep that another is due. */
  boolean isSweepDue() {
    return addedSinceSweep >= Math.max(MIN_PAGES_BETWEEN_SWEEPS, pages.size() / 4)
        || largeBytesAddedSinceSweep
            >= Math.max(MIN_LARGE_BYTES_BETWEEN_SWEEPS, bytes / LARGE_SHARE_BETWEEN_SWEEPS);
  }

  void add(Page page) {
    page.index = pages.size();
    pages.add(page);
    addedSinceSweep++;
    bytes += page.bytes();
    if (SizeClasses.isLarge(page.sizeClass)) {
      largeBytesAddedSinceSweep += page.bytes();
    }
  }

  /**
   * Gives pages without a live slot back to {@code pool}; returns whether there were any. They are
   * marked as dead, and still stand in the lists of their bins.
   *
   * <p>Also large pages that are current although their class is in use: to take one from the pool
   * again is little beside the use of so large a block.
   *
   * @param all whether other current pages are given back too, although their classes are in use
   */
  boolean sweep(ChunkPool pool, boolean all) {
    addedSinceSweep = 0;
    largeBytesAddedSinceSweep = 0;
    boolean released = false;
    for (int i = pages.size() - 1; i >= 0; i--) {
      Page page = pages.get(i);
      page.collectRemote();
      if (page.isEmpty()
          && (all || SizeClasses.isLarge(page.sizeClass) || page.bin.isDispensable(page))) {
        remove(page);
        pool.release(page);
        released = true;
      }
    }
    return released;
  }

  private void remove(Page page) {
    bytes -= page.bytes();
    Page last = pages.remove(pages.size() - 1);
    if (last != page) {
      pages.set(page.index, last);
      last.index = page.index;
    }
    page.dead = true;
  }

  /** Marks what is live as dead with the manager, and forgets all pages. */
  void close() {
    for (Page page : pages) {
      page.dead = true;
      page.closeIds();
    }
    pages.clear();
  }

  // ---- for readers; any thread ----

  /**
   * Tells whether there seem to be pages to give back; racy, and only a hint.
   *
   * @param all whether current pages count although their classes are in use
   */
  boolean seemCollectable(boolean all) {
    int count = pages.size();
    for (int i = 0; i < count; i++) {
      Page page = pageAt(i);
      if (page != null && page.isEmpty() && (all || page.bin.isDispensable(page))) {
        return true;
      }
    }
    return false;
  }

  /** Adds the bytes of the pages to {@code byClass}; returns those with a live slot. */
  long addBytes(long[] byClass) {
    long active = 0;
    int count = pages.size();
    for (int i = 0; i < count; i++) {
      Page page = pageAt(i);
      if (page != null) {
        byClass[page.sizeClass] += page.bytes();
        if (!page.isEmpty()) {
          active += page.bytes();
        }
      }
    }
    return active;
  }

  private @Nullable Page pageAt(int i) {
    try {
      return pages.get(i);
    } catch (IndexOutOfBoundsException e) {
      // The owner has shortened its list meanwhile.
      return null;
    }
  }
}
