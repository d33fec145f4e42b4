package io.rmm.allocator.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.HashSet;
import java.util.Set;

/**
 * What must hold of slots, pages and slices while no operation is under way: that each is in
 * exactly one state, and that all who keep books of it agree.
 */
public final class SlotStates {

  private final Set<Page> pagesOfHeaps = new HashSet<>();
  private long live;
  private long resting;
  private long committed;
  private long reserved;

  private SlotStates() {}

  /**
   * Checks everything.
   *
   * @param liveBlocks how many blocks stand in memory of the pool, and not in that of an arena
   * @param mostResting how many slots may be freed without being free, as those freed by address
   */
  public static void check(Heaps heaps, ChunkPool pool, long liveBlocks, long mostResting) {
    SlotStates states = new SlotStates();
    for (ThreadHeap heap : heaps.heaps) {
      states.checkHeap(heap);
    }
    for (Chunk chunk : pool.memory.byAddress.values()) {
      states.checkChunk(chunk);
    }
    assertThat(states.pagesOfHeaps).as("pages that stand in no chunk").isEmpty();
    assertThat(states.live).as("slots with a live block").isEqualTo(liveBlocks);
    assertThat(states.resting).as("resting slots").isBetween(0L, mostResting);
    assertThat(pool.committedBytes()).as("committed").isGreaterThanOrEqualTo(states.committed);
    assertThat(pool.reservedBytes() - states.reserved)
        .as("what is committed and reserved besides, for arenas")
        .isEqualTo(pool.committedBytes() - states.committed);
  }

  /** Checks that no heap holds on to a huge page, as each does for the moment it is handed out. */
  public static void checkNothingOffered(Heaps heaps) {
    for (ThreadHeap heap : heaps.heaps) {
      assertThatNullPointerException().isThrownBy(() -> heap.bin(SizeClasses.HUGE).page());
    }
  }

  private void checkHeap(ThreadHeap heap) {
    for (int i = 0; i < heap.pages.count(); i++) {
      Page page = heap.pages.at(i);
      assertThat(page.owner).isSameAs(heap);
      assertThat(page.index).as("place in the heap's list").isEqualTo(i);
      assertThat(page.dead).as("a listed page is dead").isFalse();
      assertThat(pagesOfHeaps.add(page)).as("a page is listed once").isTrue();
    }
  }

  private void checkChunk(Chunk chunk) {
    long taken = 0;
    for (int first = 0; first < chunk.pages.length; first++) {
      Page page = chunk.pages[first];
      if (page == null) {
        continue;
      }
      assertThat(page.chunk).isSameAs(chunk);
      assertThat(page.firstSlice).isEqualTo(first);
      long slices = chunk.huge ? 1 : Chunk.mask(first, SizeClasses.pageSlices(page.sizeClass));
      assertThat(taken & slices).as("slices of two pages").isZero();
      taken |= slices;
      if (!chunk.huge) {
        assertThat(pagesOfHeaps.remove(page)).as("a heap knows of the page").isTrue();
      }
      checkSlots(page);
    }
    long all = chunk.huge ? 1 : -1L;
    assertThat(chunk.free).as("free slices").isEqualTo(all & ~taken);
    assertThat(taken & ~chunk.committed).as("slices of a page that are not committed").isZero();
    assertThat(chunk.bin)
        .as("the bin of the chunk")
        .isEqualTo(chunk.huge ? ChunkBins.NONE : ChunkBins.binOf(chunk));
    committed += chunk.bytes(chunk.committed);
    reserved += chunk.extent.bytes();
  }

  private void checkSlots(Page page) {
    for (int slot = 0; slot < page.slots; slot++) {
      boolean isLive = page.ids[slot] > 0;
      boolean isFree = isFree(page, slot);
      boolean isRemote = isRemote(page, slot);
      int states = (isLive ? 1 : 0) + (isFree ? 1 : 0) + (isRemote ? 1 : 0);
      if (states > 1) {
        throw new AssertionError(
            "slot %d of class %d: live %b, free %b, remotely freed %b"
                .formatted(slot, page.sizeClass, isLive, isFree, isRemote));
      }
      live += isLive ? 1 : 0;
      // A huge page is free as a whole, with its chunk.
      resting += states == 0 ? 1 : 0;
    }
    for (int slot = page.slots; slot < page.free.length * Long.SIZE; slot++) {
      assertThat(isFree(page, slot) || isRemote(page, slot)).as("no such slot").isFalse();
    }
  }

  private static boolean isFree(Page page, int slot) {
    int word = slot >>> 6;
    return ((page.free[word] | page.bin.freeIn(page, word)) & 1L << slot) != 0;
  }

  private static boolean isRemote(Page page, int slot) {
    return (page.remote[Page.FIRST_REMOTE + (slot >>> 6)] & 1L << slot) != 0;
  }
}
