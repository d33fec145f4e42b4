package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.observe.Token;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that can only be freed by address, and those that were a short while ago.
 *
 * <p>An address says nothing of generations: once its slot is handed out again, a second free of it
 * cannot be told from the first free of the new block. So slots freed by address rest before they
 * are reused: the last {@link #RESTING} of them, up to the next tick of the clock.
 */
final class DetachedBlocks {

  /** Slots that rest; enough to catch the double free that follows at once, which most do. */
  private static final int RESTING = 64;

  /** A block that can only be freed by address. */
  static final class Detached {
    /** Boxed once, so that the map needs no room on the Java heap to forget it. */
    private final Long address;

    final Page page;
    final int slot;
    final long id;
    final long byteSize;
    final BudgetNode budget;
    final @Nullable Token token;

    /** The one laid to rest after this one: a link of its own, so that a free needs no room. */
    private @Nullable Detached nextResting;

    Detached(
        Page page,
        int slot,
        long id,
        long byteSize,
        long address,
        BudgetNode budget,
        @Nullable Token token) {
      this.address = address;
      this.page = page;
      this.slot = slot;
      this.id = id;
      this.byteSize = byteSize;
      this.budget = budget;
      this.token = token;
    }
  }

  final ConcurrentHashMap<Long, Detached> byAddress = new ConcurrentHashMap<>();

  private @Nullable Detached firstResting;
  private @Nullable Detached lastResting;
  private int resting;

  /** Adds {@code block}, or throws an {@link OutOfMemoryError} and is as it was. */
  void add(Detached block) {
    try {
      byAddress.put(block.address, block);
    } catch (OutOfMemoryError e) {
      // The map may have it although it threw.
      byAddress.remove(block.address);
      throw e;
    }
  }

  /** Returns the block at {@code address}, or null. */
  @Nullable Detached find(long address) {
    return byAddress.get(address);
  }

  /**
   * Forgets a block that was freed. By then another may stand there and be detached, if the slot
   * rested in the quarantine, and that was full.
   */
  void forget(Detached block) {
    try {
      boolean _ = byAddress.remove(block.address, block);
    } catch (OutOfMemoryError e) {
      // A crowded bin of the map found no room to become smaller. If it still leads to the block,
      // that does no harm: the slot's id tells that it is free, until another takes its place.
    }
  }

  /** Lays a freed block to rest. */
  synchronized void rest(Detached block) {
    if (lastResting == null) {
      firstResting = block;
    } else {
      lastResting.nextResting = block;
    }
    lastResting = block;
    resting++;
  }

  /** Returns how many rest. */
  synchronized int resting() {
    return resting;
  }

  /** Ends the longest rest if as many rest as may; the block is the caller's to give back. */
  synchronized @Nullable Detached wakeSurplus() {
    return resting < RESTING ? null : wake();
  }

  /** Ends the longest rest, if any; the block is the caller's to give back. */
  synchronized @Nullable Detached wake() {
    Detached block = firstResting;
    if (block != null) {
      firstResting = block.nextResting;
      if (firstResting == null) {
        lastResting = null;
      }
      block.nextResting = null;
      resting--;
    }
    return block;
  }
}
