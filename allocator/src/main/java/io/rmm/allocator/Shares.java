package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import java.util.HashSet;
import java.util.Set;
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

  final ConcurrentHashMap<Long, OpenHandles> byBlock = new ConcurrentHashMap<>();

  /**
   * Returns a number for a further handle, which is to be made next and then {@linkplain #open
   * opened}; or -1 if {@code handle} is closed. If there is no room to make it, the block counts as
   * shared all the same, by the handles that it had.
   */
  int number(BudgetNode budget, Page page, int slot, long id, int handle) {
    budget.frees().prepareToChange(page);
    Long key = id;
    while (true) {
      long state = page.id(slot);
      if (state == id) {
        byBlock.computeIfAbsent(key, _ -> new OpenHandles());
        if (!budget.frees().changeId(page, slot, id, id | Page.SHARED)
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

  /**
   * Closes a handle. If it was the last, the caller frees the block and then calls {@link #forget}:
   * not before, or whoever shares the block meanwhile would begin to count anew. Or, if it cannot
   * free the block now, it calls {@link #reopen}.
   *
   * @param id boxed, so that nothing is needed of the Java heap once the handle is closed
   */
  Closing close(Long id, int handle) {
    OpenHandles open = byBlock.get(id);
    return open == null ? Closing.CLOSED_BEFORE : open.remove(handle);
  }

  /** Opens the last handle again, which was closed in vain. */
  void reopen(Long id) {
    OpenHandles open = byBlock.get(id);
    if (open != null) {
      open.reopen();
    }
  }

  /** Forgets a block that is no more. */
  void forget(Long id) {
    byBlock.remove(id);
  }

  static final class OpenHandles {

    /** The numbers of the handles that are open; or that of the last, once it is closed. */
    private final Set<Integer> open = new HashSet<>();

    /** Whether the last is closed. It stays in the set, so that to open it again needs no room. */
    private boolean lastClosed;

    private int next = 1;

    OpenHandles() {
      open.add(0);
    }

    synchronized int number(int sharer) {
      if (!contains(sharer)) {
        return -1;
      }
      int number = next;
      next = number == Integer.MAX_VALUE ? 1 : number + 1;
      return number;
    }

    synchronized boolean add(int sharer, int further) {
      boolean isOpen = contains(sharer);
      if (isOpen) {
        open.add(further);
      }
      return isOpen;
    }

    synchronized boolean contains(int handle) {
      return !lastClosed && open.contains(handle);
    }

    synchronized Closing remove(int handle) {
      if (!contains(handle)) {
        return Closing.CLOSED_BEFORE;
      }
      if (open.size() > 1) {
        open.remove(handle);
        return Closing.OTHERS_OPEN;
      }
      lastClosed = true;
      return Closing.LAST;
    }

    synchronized void reopen() {
      lastClosed = false;
    }
  }
}
