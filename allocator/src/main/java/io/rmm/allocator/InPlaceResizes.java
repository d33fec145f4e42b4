package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.Tally;
import io.rmm.allocator.observe.Token;
import org.jspecify.annotations.Nullable;

/** Resizes blocks of one budget where they are, if the new size gets the same slot. */
final class InPlaceResizes {

  private final Engine engine;
  private final BudgetNode budget;

  InPlaceResizes(BudgetNode budget) {
    this.engine = budget.engine();
    this.budget = budget;
  }

  /**
   * Makes another block of the one in {@code slot}, in the same place, if a block of {@code
   * newByteSize} would get such a slot. Counts as an allocation and a free.
   *
   * @param home the tally that the old handle has
   * @return null if it must move, or the old handle is not what it was at first
   */
  @Nullable Block tryResize(
      Page page,
      int slot,
      long id,
      long byteSize,
      Tally home,
      @Nullable Token token,
      long newByteSize) {
    if (!fits(page, newByteSize) || (token != null && token.placement() != null)) {
      return null;
    }
    BudgetCell cell = engine.heaps().enterToChange(page, budget);
    Tally tally = cell.tally(page.sizeClass);
    long newId = tally.countAllocation(newByteSize);
    long weight =
        tally.isObservationDue(newId) ? engine.sampler().endCountdown(tally, page.slotBytes) : 0;
    Token newToken;
    Block inPlace;
    try {
      newToken =
          weight == 0
              ? null
              : engine.observer().token(newId, budget.path(), page.slotBytes, weight, null);
      inPlace =
          new Block(
              page,
              page.ids,
              slot,
              0,
              newId,
              newByteSize,
              page.address(slot),
              budget,
              home,
              newToken);
    } catch (OutOfMemoryError e) {
      countFreeInPlace(tally, page, newByteSize);
      cell.heap.leave();
      throw e;
    }
    boolean resized = page.changeId(slot, id, newId);
    long damage = 0;
    if (resized) {
      damage = BlockFrees.takeCanary(page, slot, byteSize);
      page.setCanary(slot, newByteSize);
    }
    countFreeInPlace(tally, page, resized ? byteSize : newByteSize);
    cell.heap.leave();
    if (!resized) {
      return null;
    }
    if (token != null) {
      engine.observer().freed(token, FreeCause.CLOSE);
    }
    if (newToken != null) {
      boolean _ =
          engine.observer().follow(newToken, budget.path(), newByteSize, page, weight, true);
    }
    foundDamageInPlace(inPlace, page, slot, id, byteSize, damage);
    return inPlace;
  }

  private void foundDamageInPlace(
      Block inPlace, Page page, int slot, long id, long byteSize, long damage) {
    try {
      budget.frees().foundDamage(page, slot, id, byteSize, damage);
    } catch (Throwable e) {
      // Nobody gets the handle.
      inPlace.close();
      throw e;
    }
  }

  /** Counts a free that leaves the slot taken. */
  private static void countFreeInPlace(Tally tally, Page page, long byteSize) {
    tally.countFree(byteSize);
    if (page.isHuge()) {
      tally.countHugeFree(page.slotBytes);
    }
  }

  /**
   * Tells whether a block of {@code byteSize} would get a slot as large as those of {@code page}.
   */
  private boolean fits(Page page, long byteSize) {
    int sizeClass = budget.sizeClass(byteSize);
    return sizeClass == page.sizeClass
        && (sizeClass != SizeClasses.HUGE
            || (byteSize >= 0
                && byteSize <= SizeClasses.MAX_BYTE_SIZE
                && ChunkPool.hugeBytes(byteSize) == page.slotBytes));
  }
}
