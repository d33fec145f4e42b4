package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Looks into arenas: which blocks they hold. */
final class ArenaSlots {

  private ArenaSlots() {}

  /** Returns the pages of the blocks that {@code arena} holds, one for each block. */
  static List<Page> of(Arena arena) {
    ManagedArena managed = (ManagedArena) arena;
    List<Page> pages = new ArrayList<>();
    for (ArenaBlock block = managed.blocks; block != null; block = block.next) {
      pages.add(block.page);
    }
    if (arena instanceof ConfinedArena confined && confined.page != null) {
      pages.add(confined.page);
    }
    return pages;
  }
}
