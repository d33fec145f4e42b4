package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.Placement;
import io.rmm.allocator.observe.Token;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A block that is seen through the scope of its {@link ScopeBatch}, and rests in {@link Quarantine}
 * after its free. It is made when the block is, so that the free needs no room on the Java heap.
 */
final class ScopedBlock implements Placement {

  final Page page;
  final int slot;
  final long byteSize;
  final BudgetNode budget;

  /** Null if the block is in no batch, for want of room; then it is one as in any other mode. */
  @Nullable ScopeBatch batch;

  /** Whether it is counted as resting. Guarded by the batch. */
  boolean rests;

  /**
   * Whether the slot is filled with poison. Written within the hold in which the block is freed.
   */
  private boolean poisoned;

  ScopedBlock(Page page, int slot, long byteSize, BudgetNode budget) {
    this.page = page;
    this.slot = slot;
    this.byteSize = byteSize;
    this.budget = budget;
  }

  /** Returns what the holder of {@code token} is to be quarantined as, or null if it is not. */
  static @Nullable ScopedBlock of(@Nullable Token token) {
    return token != null && token.placement() instanceof ScopedBlock block && block.batch != null
        ? block
        : null;
  }

  @Override
  public MemorySegment inScope(MemorySegment segment) {
    ScopeBatch joined = batch;
    return joined == null ? segment : joined.inScope(segment);
  }

  /** Tells whether the block is live. Nobody else can stand in its slot before its rest ends. */
  boolean isLive() {
    return page.id(slot) > 0;
  }

  /** Returns the id that the block had; it is freed. */
  long formerId() {
    long state = page.id(slot);
    return state == Page.CLOSED ? 0 : ~state;
  }

  /** Fills the slot of the block, which was just freed. In the hold. */
  void poison() {
    Poison.fill(page, slot);
    poisoned = true;
  }

  /**
   * Returns where the memory was written to since it was freed, once, or null. In a hold, while the
   * manager is open.
   */
  Poison.@Nullable Damage damage() {
    if (!poisoned) {
      // It was told before; or the stack ended before it was filled.
      return null;
    }
    long first = Poison.firstDamaged(page, slot);
    if (first < 0) {
      return null;
    }
    poisoned = false;
    return Poison.damage(page, slot, first);
  }
}
