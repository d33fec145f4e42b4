package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.observe.Explainer;
import io.rmm.allocator.observe.MisuseDesk;
import io.rmm.allocator.observe.Token;
import org.jspecify.annotations.Nullable;

/**
 * Frees that are not the first and only close of an unshared handle: closes of shared handles and
 * of dead ones, and frees by address.
 *
 * <p>To the fast path they all look alike: in the block's slot stands something else than the
 * handle's id. Here it is found out what that is, which tells whether the block is shared,
 * detached, freed or gone with its manager; see {@link Page#ids}.
 */
final class UnusualFrees {

  private static final String NOT_DETACHED =
      "a block was freed by its address although its handle was not detached";

  private final Engine engine;
  private final Shares shares;
  private final DetachedBlocks detached;
  private final MisuseDesk misuse;

  UnusualFrees(Engine engine, Shares shares, DetachedBlocks detached, MisuseDesk misuse) {
    this.engine = engine;
    this.shares = shares;
    this.detached = detached;
    this.misuse = misuse;
  }

  // ---- by handle ----

  /** Closes a handle that is shared, or dead. */
  void close(
      Page page,
      int slot,
      long id,
      int handle,
      long byteSize,
      BudgetNode budget,
      @Nullable Token token) {
    StackRoom.check();
    long state = page.id(slot);
    if (state == (id | Page.SHARED)) {
      Long key = id;
      Shares.Closing closing = shares.close(key, handle);
      if (closing == Shares.Closing.OTHERS_OPEN) {
        return;
      }
      if (closing == Shares.Closing.LAST) {
        long damage = freeShared(page, slot, key, byteSize, budget, budget.frees().scoped(token));
        if (damage != BlockFrees.NOT_FREED) {
          shares.forget(key);
          if (token != null) {
            budget.frees().freed(token, FreeCause.CLOSE);
          }
          budget.frees().foundDamage(page, slot, id, byteSize, damage);
          return;
        }
      }
    }
    throwIfAsked(
        deadHandle(
            page,
            slot,
            id,
            byteSize,
            budget.path(),
            MisuseKind.DOUBLE_FREE,
            state == (id | Page.DETACHED)
                ? "a handle was closed after it had been detached"
                : "a handle was closed that had been closed before"));
  }

  /** Throws {@code error}, unless misuse of its kind is to be reported and no more. */
  private void throwIfAsked(IllegalStateException error) {
    if (!(error instanceof MemoryMisuseException misused)
        || misuse.isThrown(misused.report().kind())) {
      throw error;
    }
  }

  private long freeShared(
      Page page,
      int slot,
      Long id,
      long byteSize,
      BudgetNode budget,
      @Nullable ScopedBlock scoped) {
    try {
      return budget.frees().tryFreeMarked(page, slot, id, Page.SHARED, byteSize, scoped);
    } catch (Throwable e) {
      // Nothing has changed: whoever closes the handle later frees the block.
      shares.reopen(id);
      throw e;
    }
  }

  /** Tells whether a handle can still be used. */
  boolean isAlive(Page page, int slot, long id, int handle) {
    long state = page.id(slot);
    return state == id || (state == (id | Page.SHARED) && shares.isOpen(id, handle));
  }

  /** Reports the use of a handle that is dead, unless it died with the manager. */
  IllegalStateException deadHandle(
      Page page, int slot, long id, long byteSize, String budget, MisuseKind kind, String detail) {
    if (page.id(slot) == Page.CLOSED) {
      return new IllegalStateException(
          "memory manager " + engine.name() + " was closed, and block " + id + " with it");
    }
    return misuse.report(kind, id, byteSize, budget, detail);
  }

  // ---- by address ----

  /** Frees the detached block at {@code address}. */
  void free(long address) {
    StackRoom.check();
    DetachedBlocks.Detached block = detached.find(address);
    if (block == null) {
      throwIfAsked(invalidFree(address));
      return;
    }
    // Here, since it may find no room on the Java heap: nothing has changed yet.
    giveBack(detached.wakeSurplus());
    BlockFrees frees = block.budget.frees();
    ScopedBlock scoped = frees.scoped(block.token);
    long damage =
        frees.tryFreeMarked(
            block.page, block.slot, block.id, Page.DETACHED, block.byteSize, scoped);
    if (damage == BlockFrees.NOT_FREED) {
      // Another thread, or the manager's close, has been faster.
      throwIfAsked(
          deadHandle(
              block.page,
              block.slot,
              block.id,
              block.byteSize,
              block.budget.path(),
              MisuseKind.DOUBLE_FREE,
              "a detached block was freed twice"));
      return;
    }
    try {
      if (block.token != null) {
        frees.freed(block.token, FreeCause.ADDRESS);
      }
    } finally {
      // After a misuse that was found and is thrown, too.
      detached.forget(block);
      if (scoped == null) {
        detached.rest(block);
      }
    }
    frees.foundDamage(block.page, block.slot, block.id, block.byteSize, damage);
  }

  /**
   * Gives back the slots that rest since they were freed by address. Those for which the Java heap
   * has no room to do so go on resting.
   */
  void endRests() {
    try {
      for (int left = detached.resting(); left > 0; left--) {
        giveBack(detached.wake());
      }
    } catch (OutOfMemoryError e) {
      // There may be room when the clock ticks next.
    }
  }

  private void giveBack(DetachedBlocks.@Nullable Detached block) {
    if (block == null) {
      return;
    }
    try {
      block.budget.frees().giveBack(block.page, block.slot);
    } catch (OutOfMemoryError e) {
      detached.rest(block);
      throw e;
    }
  }

  private MemoryMisuseException invalidFree(long address) {
    engine.checkOpen();
    Page page = engine.pool().pageAt(address);
    if (page == null) {
      Explainer.Located guarded = engine.guards().find(address);
      return guarded == null
          ? invalid(0, "an address was freed that is no memory of this manager")
          : invalidGuarded(guarded);
    }
    int slot = page.slotAt(address - page.address);
    if (slot < 0) {
      return invalid(0, "an address was freed that is not the start of a block");
    }
    long state = page.id(slot);
    if (state == 0) {
      return invalid(0, "an address was freed at which no block ever stood");
    }
    if (state < 0) {
      return twice(~state, "an address was freed that had been freed before");
    }
    // A mark of the second kind: whoever detaches the block has not got its address yet.
    return invalid(state & ~(Page.SHARED | Page.DETACHED), NOT_DETACHED);
  }

  private MemoryMisuseException invalidGuarded(Explainer.Located block) {
    if (block.offset() != 0) {
      return invalid(block.blockId(), "an address was freed that is not the start of a block");
    }
    return !block.live()
        ? twice(block.blockId(), "an address was freed that had been freed before")
        : invalid(block.blockId(), NOT_DETACHED);
  }

  private MemoryMisuseException invalid(long id, String detail) {
    return misuse.report(MisuseKind.INVALID_FREE, id, 0, "", detail);
  }

  private MemoryMisuseException twice(long id, String detail) {
    return misuse.report(MisuseKind.DOUBLE_FREE, id, 0, "", detail);
  }
}
