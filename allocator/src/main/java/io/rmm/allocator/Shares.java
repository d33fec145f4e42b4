package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import java.util.BitSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows which handles of shared blocks are open.
 *
 * <p>A block that was never shared costs nothing here: sharing sets a mark in the block's id word,
 * at which a plain close fails and comes here.
 */
final class Shares {

  /** What came of closing a handle. */
  enum Closing {
    /** Others are open still. */
    OTHERS_OPEN,
    /** It was the last: the caller must free the block. */
    LAST,
    /** It was closed before. */
    CLOSED_BEFORE
  }

  private final ConcurrentHashMap<Long, OpenHandles> byBlock = new ConcurrentHashMap<>();

  /**
   * Returns a number for a further handle, which is to be made next and then {@linkplain #open
   * opened}; or -1 if {@code handle} is closed. If there is no room to make it, the block counts as
   * shared all the same, by the handles that it had.
   */
  int number(BudgetNode budget, Page page, int slot, long id, int handle) {
    budget.prepareToFree(page);
    Long key = id;
    while (true) {
      long state = page.id(slot);
      if (state == id) {
        byBlock.computeIfAbsent(key, _ -> new OpenHandles());
        if (!budget.changeId(page, slot, id, id | Page.SHARED)
            && page.id(slot) != (id | Page.SHARED)) {
          byBlock.remove(key);
          return -1;
        }
      } else {
        OpenHandles open = state == (id | Page.SHARED) ? byBlock.get(key) : null;
        return open == null ? -1 : open.number(handle);
      }
    }
  }

  /** Opens the handle {@code further}; returns false if {@code handle} is closed by now. */
  boolean open(long id, int handle, int further) {
    OpenHandles open = byBlock.get(id);
    return open != null && open.add(handle, further);
  }

  boolean isOpen(long id, int handle) {
    OpenHandles open = byBlock.get(id);
    return open != null && open.contains(handle);
  }

  Closing close(long id, int handle) {
    Long key = id; // here, where there may be no room for it: nothing has changed yet
    OpenHandles open = byBlock.get(key);
    Closing closing = open == null ? Closing.CLOSED_BEFORE : open.remove(handle);
    if (closing == Closing.LAST) {
      byBlock.remove(key);
    }
    return closing;
  }

  private static final class OpenHandles {

    private final BitSet open = new BitSet();
    private int next = 1;

    OpenHandles() {
      open.set(0);
    }

    synchronized int number(int sharer) {
      if (!open.get(sharer)) {
        return -1;
      }
      // Makes room for it.
      open.set(next);
      open.clear(next);
      return next++;
    }

    synchronized boolean add(int sharer, int further) {
      boolean isOpen = open.get(sharer);
      if (isOpen) {
        open.set(further);
      }
      return isOpen;
    }

    synchronized boolean contains(int handle) {
      return open.get(handle);
    }

    synchronized Closing remove(int handle) {
      if (!open.get(handle)) {
        return Closing.CLOSED_BEFORE;
      }
      open.clear(handle);
      return open.isEmpty() ? Closing.LAST : Closing.OTHERS_OPEN;
    }
  }
}
