package io.rmm.allocator.heap;

import io.rmm.allocator.MemorySnapshot;

/**
 * What the pages of all heaps of a manager hold, by size class. Stops no thread: a page that comes
 * or goes meanwhile may be missed, and at rest all is right.
 */
final class PageReading {

  private final long[] pageBytes = new long[SizeClasses.COUNT + 1];

  /** Bytes of pages with a live slot. */
  long activeBytes;

  /** Frees of slots in pages of other heaps so far. */
  long remoteFrees;

  /** Bytes of free slots in all pages but those of huge blocks. */
  long cachedBytes;

  PageReading(Iterable<ThreadHeap> heaps, long hugeBytes) {
    for (ThreadHeap heap : heaps) {
      activeBytes += heap.addPages(pageBytes);
      remoteFrees += heap.remoteFrees();
    }
    pageBytes[SizeClasses.HUGE] = hugeBytes;
    activeBytes += hugeBytes;
  }

  /**
   * Tells {@code snapshot} the size classes.
   *
   * @param reading what was done for all budgets
   * @param usedBytes bytes of all slots handed out: what no class accounts for is that of the huge
   *     blocks, whose pages may also hold a block that was freed by address and still rests
   */
  void tellSizeClasses(MemorySnapshot.Builder snapshot, Reading reading, long usedBytes) {
    long hugeUsed = usedBytes;
    for (int sizeClass = 0; sizeClass <= SizeClasses.HUGE; sizeClass++) {
      Usage usage = reading.byClass[sizeClass];
      long allocations = usage.allocations;
      long frees = Math.min(usage.frees, allocations);
      long here = pageBytes[sizeClass];
      boolean isHuge = sizeClass == SizeClasses.HUGE;
      long slotBytes = isHuge ? 0 : SizeClasses.slotBytes(sizeClass);
      long used = isHuge ? Math.clamp(hugeUsed, 0, here) : (allocations - frees) * slotBytes;
      hugeUsed -= used;
      cachedBytes += isHuge ? 0 : Math.max(0, here - used);
      // Not by its pages, which may go again without a block: then a class would be there and gone.
      if (allocations > 0) {
        snapshot.sizeClass(
            new MemorySnapshot.SizeClassUsage(
                slotBytes,
                allocations,
                frees,
                used,
                here,
                usage.requestedBytes(used),
                usage.slowPaths));
      }
    }
  }
}
