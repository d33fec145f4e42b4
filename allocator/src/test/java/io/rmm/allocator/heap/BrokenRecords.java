package io.rmm.allocator.heap;

/** Does to records what a wild pointer may do. */
public final class BrokenRecords {

  private final Page page;
  private final int slot;

  private BrokenRecords(Page page, int slot) {
    this.page = page;
    this.slot = slot;
  }

  /** Lists the slot of a live block as free. */
  public static BrokenRecords listAsFree(Heaps heaps, long blockId) {
    for (ThreadHeap heap : heaps.heaps) {
      for (int i = 0; i < heap.pages.count(); i++) {
        Page page = heap.pages.at(i);
        for (int slot = 0; slot < page.slots; slot++) {
          if (page.id(slot) == blockId) {
            page.free[slot >>> 6] |= 1L << slot;
            return new BrokenRecords(page, slot);
          }
        }
      }
    }
    throw new AssertionError("no such block");
  }

  /** Puts it right. */
  public void mend() {
    page.free[slot >>> 6] &= ~(1L << slot);
  }
}
