package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.observe.Token;
import org.jspecify.annotations.Nullable;

/**
 * A block that an arena holds: as a {@link Block}, but without a handle that anybody could close
 * before the arena.
 */
final class ArenaBlock {

  final Page page;
  final int slot;

  /** The address of the first byte. */
  final long address;

  /** Whether the memory was known to hold zeros when the block was taken. */
  final boolean zero;

  long id;

  /** The address up to which the block is a region of small segments; 0 if it is none. */
  long limit;

  /** Null unless the block is observed. */
  @Nullable Token token;

  /** The next block of the same arena. */
  @Nullable ArenaBlock next;

  /** In the first block of a list that is to be freed: what was asked for in all of them. */
  long requestedBytes;

  /** In the first block of a list that is to be freed: how many arenas count as closed with it. */
  int arenasClosed;

  /** The first block of the next list, where lists of several arenas wait to be freed. */
  @Nullable ArenaBlock nextList;

  ArenaBlock(Page page, int slot) {
    this.page = page;
    this.slot = slot;
    this.address = page.address(slot);
    this.zero = page.isUntouched(slot);
  }
}
