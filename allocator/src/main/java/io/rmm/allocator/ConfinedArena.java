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

  /** Arenas with less close in some microseconds; to time that would take its share of them. */
  private static final long WORTH_TIMING = 1 << 20;

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

  /** Whether the close is counted. Told if it was cut short, and not else. */
  boolean closeCounted;

  /** The next of those whose close was cut short. Guarded by {@link ArenaReclaimer}. */
  @Nullable ConfinedArena nextCutShort;

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
      this.limit = start + page.usableBytes;
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
    ArenaAllocator allocator = budget.arenaAllocator();
    Arena scope = Arena.ofConfined();
    BudgetCell cell;
    Page page = null;
    int slot = -1;
    long id = 0;
    long weight = 0;
    boolean counted = false;
    try {
      cell = engine.heaps().enter(budget);
      int demand = cell.arenaDemand();
      if (demand > 0) {
        Tally tally = cell.tally(budget.sizeClass(demand));
        if (tally.bin.hasSlot()) {
          slot = tally.bin.take();
          if (allocator.charge(cell, tally.bin.page(), slot)) {
            page = tally.bin.page();
            boolean zero = page.isUntouched(slot);
            id = tally.countAllocation(0);
            page.ids[slot] = id;
            weight = allocator.weight(tally, id, page);
            if (!zero) {
              allocator.zeroInHold(cell, page, slot, id);
            }
          }
        }
      }
      cell.countArenaOpened();
      counted = true;
      cell.heap.leave();
    } catch (StackOverflowError e) {
      if (counted) {
        ArenaCounters counters = budget.arenaCounters();
        synchronized (counters) {
          counters.uncounted++;
        }
      }
      engine.heaps().abandon();
      throw e;
    }
    Token token = null;
    try {
      if (weight != 0 && page != null) {
        token = allocator.observe(id, 0, page, weight, true);
      }
      return new ConfinedArena(budget, scope, cell, page, slot, id, token);
    } catch (Throwable e) {
      // The Java heap is full, or the stack has ended.
      budget.arenaReclaimer().undoOpen(page, slot, id);
      if (token != null) {
        engine.observer().freed(token, FreeCause.ARENA);
      }
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
        budget.arenaCounters().countRequested(byteSize);
      }
    } else {
      // Seldom, but in no method of its own, lest this arena escape into it.
      if (closed) {
        throw alreadyClosed();
      }
      int demand = own == null ? 0 : own.arenaDemand();
      ArenaBlock block =
          budget.arenaAllocator().takeFor(byteSize, byteAlignment, limit - start, demand, null);
      if (closed) {
        // By a listener that was told of the block.
        budget.arenaReclaimer().free(block, byteSize);
        throw alreadyClosed();
      }
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

  /**
   * Frees everything in one hold, which begins before the scope is closed, lest the blocks be lost
   * if it cannot. If the stack or the Java heap ends after that, the clock goes on with this arena.
   */
  @Override
  public void close() {
    if (huge) {
      // Such a block goes to the pool, which has a lock.
      StackRoom.check();
    }
    ArenaReclaimer reclaimer = budget.arenaReclaimer();
    Engine engine = budget.engine();
    boolean scopeClosed = false;
    boolean counted = false;
    long start = huge || requestedBytes >= WORTH_TIMING ? System.nanoTime() : 0;
    try {
      BudgetCell cell = engine.heaps().enter(budget);
      if (page != null) {
        Tally _ = cell.tally(page.sizeClass);
      }
      try {
        scope.close();
      } catch (Throwable e) {
        // The stack may have ended in there with the scope closed: then this goes on.
        if (closed || scope.scope().isAlive()) {
          cell.heap.leave();
          throw e;
        }
      }
      scopeClosed = true;
      closed = true;
      endRegion();
      cell.countArenaClosed();
      counted = true;
      cell.learnArenaDemand(demand());
      budget.arenaCounters().countReturned(cell, requestedBytes);
      requestedBytes = 0;
      if (page != null) {
        reclaimer.giveBack(cell, page, slot, id);
      }
      if (blocks == null) {
        cell.heap.leave();
      } else {
        reclaimer.freeAndLeave(cell, blocks);
      }
    } catch (StackOverflowError | OutOfMemoryError e) {
      // No call before the arena is safe: there may be no room for one.
      if (scopeClosed) {
        closeCounted = counted;
        synchronized (reclaimer) {
          nextCutShort = reclaimer.cutShort;
          reclaimer.cutShort = this;
        }
      }
      if (e instanceof StackOverflowError) {
        engine.heaps().abandon();
        throw e;
      }
      if (!scopeClosed) {
        throw e;
      }
      return;
    }
    if (token != null) {
      engine.observer().freed(token, FreeCause.ARENA);
    }
    if (start != 0) {
      engine.slowArenaCloses().note(budget, "confined", page, blocks, start);
    }
  }

  /**
   * Returns what is to be freed of this arena, whose close was cut short, as a list of blocks with
   * that of the first region at its head; null if there is none.
   */
  @Nullable ArenaBlock rest() {
    ArenaBlock rest = blocks;
    if (page != null) {
      rest = new ArenaBlock(page, slot);
      rest.id = id;
      rest.token = token;
      rest.next = blocks;
    }
    if (rest != null) {
      rest.requestedBytes = requestedBytes;
      rest.arenasClosed = closeCounted ? 0 : 1;
    }
    return rest;
  }
}
