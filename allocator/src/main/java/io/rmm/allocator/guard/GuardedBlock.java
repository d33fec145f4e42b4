package io.rmm.allocator.guard;

import io.rmm.allocator.Site;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.Placement;
import io.rmm.allocator.postmortem.Slot;
import io.rmm.allocator.postmortem.SlotTable;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A block between guard pages, or the memory of one that was freed: known until its addresses, or
 * its place among what is known, are needed for others.
 *
 * <p>The page before the block's pages and the page behind them are sealed for ever. The block lies
 * at one end of its pages, so that a guard page begins right there, but for what the alignment
 * leaves; the rest of the pages is {@link Slack}.
 */
final class GuardedBlock implements Placement {

  /** What has become of it; from one to a later one, never back. */
  enum State {
    /** The block is live, or about to be. */
    LIVE,
    /** It is being freed, by whoever set this. */
    ENDING,
    /** It is freed, and its pages are sealed. */
    FREED,
    /** It is freed, but the operating system refuses to take the pages back. */
    PARKED
  }

  final Guards owner;
  private final Page page;
  private final int pageSlot;
  final AtomicReference<State> state = new AtomicReference<>(State.LIVE);

  final Slot slot;
  final String budget;

  /** Where it stands in the table that outlives the process, or -1. */
  private volatile int record = -1;

  /** Whether its pages count for the budget of its owner. */
  volatile boolean counted;

  /** Whether the clock has seen it freed, and not ended. */
  boolean seenFreed;

  GuardedBlock(Guards owner, Page page, int pageSlot, Slot slot, String budget) {
    this.owner = owner;
    this.page = page;
    this.pageSlot = pageSlot;
    this.slot = slot;
    this.budget = budget;
  }

  @Override
  public long address() {
    return slot.address();
  }

  @Override
  public boolean isGuarded() {
    return true;
  }

  @Override
  public void begin(Site site) {
    record = SlotTable.ofProcess().add(slot, budget, site);
  }

  @Override
  public void end(Site site) {
    owner.end(this, site);
  }

  /** Tells whether the block's slot is free, or another block's. */
  boolean isFreed() {
    long id = page.id(pageSlot);
    return id < 0 || (id & ~(Page.SHARED | Page.DETACHED)) != slot.blockId();
  }

  /** Notes that the calling thread frees it. */
  void noteFree(Site site) {
    SlotTable.ofProcess().noteFree(record, site);
  }

  /** Takes it out of the table. */
  void forget() {
    SlotTable.ofProcess().drop(record);
  }
}
