package io.rmm.allocator;

import io.rmm.allocator.guard.Guards;
import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.observe.Explainer;
import org.jspecify.annotations.Nullable;

/** Finds the block in whose slot an address lies, be it in a page or between guards. */
final class BlockLookup implements Explainer.Blocks {

  private final ChunkPool pool;
  private final Guards guards;

  BlockLookup(ChunkPool pool, Guards guards) {
    this.pool = pool;
    this.guards = guards;
  }

  @Override
  public Explainer.@Nullable Located at(long address) {
    Page page = pool.pageAt(address);
    return page == null ? guards.find(address) : locate(page, address);
  }

  private static Explainer.@Nullable Located locate(Page page, long address) {
    int slot = page.slotOver(address - page.address);
    long state = slot < 0 ? 0 : page.id(slot);
    if (state == 0) {
      return null;
    }
    return new Explainer.Located(
        state < 0 ? ~state : state & ~(Page.SHARED | Page.DETACHED),
        address - page.address(slot),
        page.slotBytes,
        state > 0);
  }
}
