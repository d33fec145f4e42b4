package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.heap.Tally;
import io.rmm.allocator.observe.Token;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An arena for one thread: no lock, no atomic.
 *
 * <p>It is written for the method that opens it, allocates some small segments, and closes it. So
 * the first region is taken when the arena is opened, in the hold that counts the opening, and is
 * as large as arenas of this thread and budget have lately needed; an allocation then is a few
 * instructions, and the close frees one block. That block stands in fields of its own, apart from
 * the list of the others: the JIT does without an object that is written to and read from in a
 * straight line, and not without a list.
 */
final class ConfinedArena extends ManagedArena {

  private final Thread owner = Thread.currentThread();

  /**
   * Where the owner counts what is asked for, without a hold; null if the owner is a virtual thread
   * and has no heap of its own.
   */
  private final @Nullable BudgetCell own;

  /** Where the block stands that was taken when the arena was opened; null if none was. */
  final @Nullable Page page;

  private final int slot;
  private final long id;
  private final @Nullable Token token;

  /** Whether a block is huge. */
  private boolean huge;

  private boolean closed;

  private ConfinedArena(
      BudgetNode budget,
      Arena scope,
      BudgetCell cell,
      @Nullable Page page,
      int slot,
      long id,
      @Nullable Token token) {
    super(budget, scope);
    this.own = cell.heap.isStripe() ? null : cell;
    this.page = page;
    this.slot = slot;
    this.id = id;
    this.token = token;
    if (page != null) {
      this.start = page.address(slot);
      this.next = start;
      this.limit = start + page.slotBytes;
    }
  }

  /**
   * Opens an arena. The object is made at the end, when it can be written at once, which saves the
   * collector's barriers where the JIT does not do without the object.
   */
  @SuppressWarnings("MustBeClosedChecker") // close() does
  static ConfinedArena open(BudgetNode budget) {
    Engine engine = budget.engine();
    engine.checkOpen();
    ArenaBlocks taker = budget.arenaBlocks();
    Arena scope = Arena.ofConfined();
    BudgetCell cell;
    Page page = null;
    int slot = -1;
    long id = 0;
    long weight = 0;
    try {
      cell = engine.heaps().enter(budget);
      int demand = cell.arenaDemand();
      if (demand > 0) {
        Tally tally = cell.tally(SizeClasses.of(demand));
        if (tally.bin.hasSlot()) {
          slot = tally.bin.take();
          if (taker.charge(cell, tally.bin.page(), slot)) {
            page = tally.bin.page();
            boolean zero = page.isUntouched(slot);
            id = tally.countAllocation(0);
            page.ids[slot] = id;
            weight = taker.weight(tally, id, page);
            if (!zero) {
              taker.zeroInHold(cell, page, slot, id);
            }
          }
        }
      }
      cell.countArenaOpened();
      cell.heap.leave();
    } catch (StackOverflowError e) {
      engine.heaps().abandon();
      throw e;
    }
    try {
      Token token = null;
      if (weight != 0 && page != null) {
        token = taker.observe(id, 0, page.slotBytes, weight, true);
      }
      return new ConfinedArena(budget, scope, cell, page, slot, id, token);
    } catch (Throwable e) {
      // The Java heap is full.
      taker.undoOpen(page, slot, id);
      throw e;
    }
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    checkArguments(byteSize, byteAlignment);
    if (Thread.currentThread() != owner) {
      throw wrongThread();
    }
    budget.engine().checkOpen();
    long address = place(byteSize, byteAlignment);
    if (address != 0) {
      if (own != null) {
        own.countRequested(byteSize);
      } else {
        budget.arenaBlocks().countRequested(byteSize);
      }
    } else {
      // Seldom, but in no method of its own, lest this arena escape into it.
      if (closed) {
        throw alreadyClosed();
      }
      int demand = own == null ? 0 : own.arenaDemand();
      ArenaBlock block =
          budget.arenaBlocks().takeFor(byteSize, byteAlignment, limit - start, demand, null);
      block.next = blocks;
      blocks = block;
      if (block.limit == 0) {
        address = block.address;
        huge |= block.page.isHuge();
      } else {
        filledBefore += next - start;
        start = block.address;
        limit = block.limit;
        address = (start + byteAlignment - 1) & -byteAlignment;
        next = (address + Math.max(1, byteSize) + SizeClasses.GRANULE - 1) & -SizeClasses.GRANULE;
      }
    }
    requestedBytes += byteSize;
    return segment(address, byteSize);
  }

  @Override
  public void close() {
    if (huge) {
      // Such a block goes to the pool, which has a lock.
      StackRoom.check();
    }
    ArenaBlocks taker = budget.arenaBlocks();
    Engine engine = budget.engine();
    try {
      // First, lest the blocks be lost if this fails.
      BudgetCell cell = engine.heaps().enter(budget);
      if (page != null) {
        Tally _ = cell.tally(page.sizeClass);
      }
      try {
        scope.close();
      } catch (Throwable e) {
        cell.heap.leave();
        throw e;
      }
      closed = true;
      endRegion();
      cell.countArenaClosed();
      cell.learnArenaDemand(demand());
      taker.countReturned(cell, requestedBytes);
      requestedBytes = 0;
      if (page != null) {
        taker.giveBack(cell, page, slot, id);
      }
      if (blocks == null) {
        cell.heap.leave();
      } else {
        taker.freeAndLeave(cell, blocks);
      }
    } catch (StackOverflowError | OutOfMemoryError e) {
      if (closed && blocks != null) {
        // The clock frees them. Without a call, for which there may be no room.
        synchronized (taker) {
          blocks.requestedBytes = requestedBytes;
          blocks.nextList = taker.leftOver;
          taker.leftOver = blocks;
        }
      }
      if (e instanceof StackOverflowError) {
        engine.heaps().abandon();
        throw e;
      }
      if (!closed) {
        throw e;
      }
    }
    if (token != null) {
      engine.observer().freed(token);
    }
  }
}
