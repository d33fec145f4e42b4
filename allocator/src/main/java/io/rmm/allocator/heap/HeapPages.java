package io.rmm.allocator.heap;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * All pages of one heap, and which of them were seen to be empty: so that those without a live slot
 * can go back to the pool when there are many. For the holder, but for the readings at the end.
 *
 * <p><b>When they are looked for.</b> Pages of up to 64 slots, which are all but those of the
 * smallest classes, are noted when their last slot is freed, by one comparison. While a
 * thirty-second of the heap stands empty, each page that is taken makes others of twice its size go
 * back, those first that have been empty longest. All pages are gone over when there are a quarter
 * more, and by the clock. What else was tried: docs/decisions/0009-page-layout.md.
 */
final class HeapPages {

  /** Pages taken from the pool after which all are gone over, at least. */
  private static final int MIN_PAGES_BETWEEN_SWEEPS = 16;

  /** Bytes of empty pages, or of large ones just taken, that are not worth a look. */
  private static final long MIN_EMPTY_BYTES = 512 << 10;

  /** The part of the heap that may stand empty while further pages are taken. */
  private static final int EMPTY_SHARE = 32;

  private final ArrayList<Page> pages = new ArrayList<>();
  private int addedSinceSweep;
  private long bytes;

  /** Bytes of large pages added since the last look: they may be current, and empty unnoted. */
  private long largeBytesAdded;

  /** The page that was noted as empty first of those that wait, and the one noted last. */
  private @Nullable Page firstNoted;

  private @Nullable Page lastNoted;
  private long notedBytes;

  /** Tells whether so many pages were added since the last sweep that another is due. */
  boolean isSweepDue() {
    return addedSinceSweep >= Math.max(MIN_PAGES_BETWEEN_SWEEPS, pages.size() / 4);
  }

  /** Tells whether so many empty pages wait that some should go back. */
  boolean areManyNoted() {
    return notedBytes >= worthALook();
  }

  /** Tells whether so much was added in large pages that it is worth a look at the current ones. */
  boolean areManyLarge() {
    return largeBytesAdded >= worthALook();
  }

  private long worthALook() {
    return Math.max(MIN_EMPTY_BYTES, bytes / EMPTY_SHARE);
  }

  /** Makes sure that {@link #add} needs no room of the Java heap. */
  void makeRoom() {
    pages.ensureCapacity(pages.size() + 1);
  }

  void add(Page page) {
    page.index = pages.size();
    pages.add(page);
    addedSinceSweep++;
    bytes += page.bytes();
    if (SizeClasses.isLarge(page.sizeClass)) {
      largeBytesAdded += page.bytes();
    }
  }

  /** Notes that no slot of {@code page} is live at the moment. */
  void noteAsEmpty(Page page) {
    if (!page.notedAsEmpty) {
      page.notedAsEmpty = true;
      notedBytes += page.bytes();
      if (lastNoted == null) {
        firstNoted = page;
      } else {
        lastNoted.nextNoted = page;
      }
      lastNoted = page;
    }
  }

  /** Returns the page that has waited longest, which then waits no more; or null. */
  @Nullable Page pollNoted() {
    Page page = firstNoted;
    if (page != null) {
      firstNoted = page.nextNoted;
      if (firstNoted == null) {
        lastNoted = null;
      }
      page.nextNoted = null;
      page.notedAsEmpty = false;
      notedBytes -= page.bytes();
    }
    return page;
  }

  /** Begins to look at large pages that are current. */
  void beginLook() {
    largeBytesAdded = 0;
  }

  /** Begins to go over all pages, those that were noted included. */
  void beginSweep() {
    addedSinceSweep = 0;
    largeBytesAdded = 0;
    while (pollNoted() != null) {
      // Lest pages that go back be held on to.
    }
  }

  int count() {
    return pages.size();
  }

  /** Returns one of the pages. To go over all and remove some, begin with the last. */
  Page at(int i) {
    return pages.get(i);
  }

  void remove(Page page) {
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
    firstNoted = null;
    lastNoted = null;
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
        // Not asked of the page's memory, which is an object further.
        long pageBytes = SizeClasses.pageBytes(page.sizeClass);
        byClass[page.sizeClass] += pageBytes;
        if (!page.isEmpty()) {
          active += pageBytes;
        }
      }
    }
    return active;
  }

  /** Returns one of the pages, or null if there are no more than {@code i}; racy. */
  @Nullable Page pageAt(int i) {
    try {
      return pages.get(i);
    } catch (IndexOutOfBoundsException e) {
      // The owner has shortened its list meanwhile.
      return null;
    }
  }
}
