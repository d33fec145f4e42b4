package io.rmm.allocator.heap;

import org.jspecify.annotations.Nullable;

/**
 * A place in the round over all pages of all heaps, for whoever looks at some of them now and at
 * others later. It takes no hold: a page that comes or goes meanwhile may be met in this round or
 * not.
 */
final class PageCursor {

  private final Heaps heaps;
  private int heapIndex;
  private int pageIndex;

  PageCursor(Heaps heaps) {
    this.heaps = heaps;
  }

  /** Returns the page to go on with; null if the end was reached, from where it begins anew. */
  @Nullable Page current() {
    while (heapIndex < heaps.heaps.size()) {
      Page page = heaps.heaps.get(heapIndex).pages.pageAt(pageIndex);
      if (page != null) {
        return page;
      }
      heapIndex++;
      pageIndex = 0;
    }
    heapIndex = 0;
    return null;
  }

  /** Goes on to the next page. */
  void next() {
    pageIndex++;
  }
}
