package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.observe.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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

  record Detached(
      Page page, int slot, long id, long byteSize, BudgetNode budget, @Nullable Token token) {}

  private final ConcurrentHashMap<Long, Detached> byAddress = new ConcurrentHashMap<>();

  /** With room for all, so that none is needed when a block is freed. */
  private final ArrayDeque<Detached> resting = new ArrayDeque<>(RESTING + 2);

  void add(
      long address,
      Page page,
      int slot,
      long id,
      long byteSize,
      BudgetNode budget,
      @Nullable Token token) {
    byAddress.put(address, new Detached(page, slot, id, byteSize, budget, token));
  }

  /** Returns the block at {@code address}, or null. */
  @Nullable Detached find(long address) {
    return byAddress.get(address);
  }

  /** Returns the block at {@code address}, which is the caller's to free, or null. */
  @Nullable Detached remove(long address) {
    return byAddress.remove(address);
  }

  /** Lays a freed block to rest; returns the one whose rest ends thereby, if any. */
  @Nullable Detached rest(Detached block) {
    synchronized (resting) {
      resting.add(block);
      return resting.size() > RESTING ? resting.remove() : null;
    }
  }

  /** Ends the rest of all; they are the caller's to give back. */
  List<Detached> wake() {
    synchronized (resting) {
      List<Detached> all = new ArrayList<>(resting);
      resting.clear();
      return all;
    }
  }
}
