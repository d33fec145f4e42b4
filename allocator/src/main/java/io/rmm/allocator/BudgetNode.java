package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.CommitRefused;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.ThreadHeap;
import io.rmm.allocator.heap.Usage;
import io.rmm.allocator.observe.Token;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A budget of a {@link MemoryManager}, and the place of the fast path: {@link #take} and {@link
 * #free} are what every allocation and every free run through.
 *
 * <p>A pair of the two makes one atomic operation (the compare-and-set of the slot's id, in {@link
 * Block#close}), no lock, no clock, no call into a view, and no object. Everything that is not
 * plain allocation hangs on two branches: no slot in the current page, and the end of the sampling
 * countdown.
 */
final class BudgetNode implements Budget {

  /** The largest request that is not absurd: a quarter of the address space of x86-64. */
  private static final long MAX_BYTE_SIZE = 1L << 46;

  private static final long MAX_ALIGNMENT = 1L << 30;

  private final Engine engine;
  private final Heaps heaps;
  private final @Nullable BudgetNode parent;
  private final String name;
  private final String path;
  private final BudgetAccount account;
  private final CopyOnWriteArrayList<BudgetNode> children = new CopyOnWriteArrayList<>();

  BudgetNode(Engine engine, @Nullable BudgetNode parent, String name, BudgetAccount account) {
    this.engine = engine;
    this.heaps = engine.heaps();
    this.parent = parent;
    this.name = name;
    this.path = parent == null ? name : parent.path + "/" + name;
    this.account = account;
  }

  // ---- the fast path ----

  @Override
  public Block allocate(long byteSize) {
    return take(byteSize, SizeClasses.of(byteSize), SizeClasses.GRANULE, null);
  }

  private Block take(long byteSize, int sizeClass, long byteAlignment, @Nullable Arena arena) {
    try {
      return takeHeld(byteSize, sizeClass, byteAlignment, arena);
    } catch (StackOverflowError e) {
      heaps.abandon();
      throw e;
    }
  }

  private Block takeHeld(long byteSize, int sizeClass, long byteAlignment, @Nullable Arena arena) {
    ThreadHeap heap = heaps.enter();
    BudgetCell cell = heap.cell(account);
    Page page = heap.current(sizeClass);
    int slot = page.take();
    boolean fast = slot >= 0;
    if (!fast) {
      page = refill(heap, byteSize, sizeClass, byteAlignment, arena);
      heap = page.owner;
      cell = heap.cell(account);
      slot = page.take();
    }
    BudgetAccount refuser = account.charge(page.slotBytes);
    if (refuser != null) {
      throw refuse(heap, page, slot, byteSize, refuser);
    }
    long id = heap.newId();
    // A plain write: other threads learn of the block through its handle's final fields.
    page.ids[slot] = id;
    heap.countAllocation(cell, page, byteSize);
    long weight =
        heap.countDown(page.slotBytes) ? engine.sampler().endCountdown(heap, page.slotBytes) : 0;
    heap.leave();
    Token token =
        weight == 0
            ? null
            : engine.observer().allocated(id, path, byteSize, page.slotBytes, weight, fast);
    return new Block(page, slot, 0, id, byteSize, this, token);
  }

  /** Gives back a slot whose id the caller has just made negative. */
  void free(Page page, int slot, long byteSize) {
    try {
      ThreadHeap heap = heaps.enterToFree(page);
      heap.countFree(heap.cell(account), page, byteSize);
      account.refund(page.slotBytes);
      heap.giveBack(page, slot);
      heap.leave();
    } catch (StackOverflowError e) {
      heaps.abandon();
      throw e;
    }
  }

  // ---- the slow path ----

  /** Counts the free of a slot that is given back later. */
  void countFree(Page page, long byteSize) {
    ThreadHeap heap = heaps.enterToFree(page);
    heap.countFree(heap.cell(account), page, byteSize);
    account.refund(page.slotBytes);
    heap.leave();
  }

  /** Gives back a slot whose free was counted. */
  void giveBack(Page page, int slot) {
    ThreadHeap heap = heaps.enterToFree(page);
    heap.giveBack(page, slot);
    heap.leave();
  }

  @Override
  public Block allocate(long byteSize, long byteAlignment) {
    checkAlignment(byteAlignment);
    return take(byteSize, SizeClasses.aligned(byteSize, byteAlignment), byteAlignment, null);
  }

  /** Allocates a block in memory that {@code arena} provides. */
  Block allocateIn(Arena arena, long byteSize, long byteAlignment) {
    checkAlignment(byteAlignment);
    return take(byteSize, SizeClasses.HUGE, byteAlignment, arena);
  }

  /**
   * Finds a page with a free slot, whose owner the caller then holds in place of {@code heap}. Ends
   * the hold if it fails. Where memory is short, what other heaps have lying idle is taken back
   * first.
   */
  private Page refill(
      ThreadHeap heap, long byteSize, int sizeClass, long byteAlignment, @Nullable Arena arena) {
    try {
      return newPage(heap, byteSize, sizeClass, byteAlignment, arena);
    } catch (CommitRefused | OutOfMemoryError e) {
      heap.leave();
      engine.makeRoom();
      return refillAtLast(heaps.enter(), byteSize, sizeClass, byteAlignment, arena);
    } catch (Throwable e) {
      heap.leave();
      throw engine.translate(e, this, byteSize);
    }
  }

  private Page refillAtLast(
      ThreadHeap heap, long byteSize, int sizeClass, long byteAlignment, @Nullable Arena arena) {
    try {
      return newPage(heap, byteSize, sizeClass, byteAlignment, arena);
    } catch (Throwable e) {
      heap.leave();
      throw engine.translate(e, this, byteSize);
    }
  }

  private Page newPage(
      ThreadHeap heap, long byteSize, int sizeClass, long byteAlignment, @Nullable Arena arena) {
    if (sizeClass != SizeClasses.HUGE) {
      checkRoom(SizeClasses.slotBytes(sizeClass));
      return heap.refill(sizeClass);
    }
    if (byteSize < 0 || byteSize > MAX_BYTE_SIZE) {
      throw new IllegalArgumentException("a block must have 0 to 2^46 bytes, not " + byteSize);
    }
    if (arena == null) {
      checkRoom(ChunkPool.hugeBytes(byteSize));
      return heap.hugePage(byteSize, byteAlignment);
    }
    long bytes = Math.max(1, byteSize);
    checkRoom(bytes);
    return heap.arenaPage(arena, bytes, byteAlignment);
  }

  /** Refuses before a page is taken, so that what is refused leaves no page behind. */
  private void checkRoom(long slotBytes) {
    engine.checkOpen();
    BudgetAccount refuser = account.refuser(slotBytes);
    if (refuser != null) {
      throw new Engine.Refused(refuser);
    }
  }

  /** Undoes the taking of a slot that a budget then refused. */
  private RuntimeException refuse(
      ThreadHeap heap, Page page, int slot, long byteSize, BudgetAccount refuser) {
    heap.giveBack(page, slot);
    heap.leave();
    return engine.reject(this, refuser, byteSize);
  }

  private static void checkAlignment(long byteAlignment) {
    if (byteAlignment <= 0 || byteAlignment > MAX_ALIGNMENT || Long.bitCount(byteAlignment) != 1) {
      throw new IllegalArgumentException(
          "an alignment must be a power of two from 1 to 2^30, not " + byteAlignment);
    }
  }

  // ---- arenas ----

  @Override
  @SuppressWarnings("MustBeClosedChecker") // the managed arena closes it
  public Arena openConfinedArena() {
    return new ManagedArena(this, Arena.ofConfined());
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // the managed arena closes it
  public Arena openSharedArena() {
    return new ManagedArena(this, Arena.ofShared());
  }

  // ---- the tree and its accounts ----

  @Override
  public String name() {
    return name;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Budget child(String childName, BudgetLimits limits) {
    return engine.budgets().add(this, childName, limits);
  }

  @Override
  public List<Budget> children() {
    return List.copyOf(children);
  }

  @Override
  public long usedBytes() {
    return account.isLimited() ? account.chargedBytes() : usage().usedBytes();
  }

  /** Returns what this budget and its descendants have done. */
  Usage usage() {
    Usage sum = heaps.usage(account);
    for (BudgetNode child : children) {
      sum.add(child.usage());
    }
    return sum;
  }

  @Override
  public long peakBytes() {
    account.notePeak(usedBytes());
    return account.peakBytes();
  }

  @Override
  public BudgetLimits limits() {
    return account.limits();
  }

  @Override
  public void setLimits(BudgetLimits limits) {
    engine.budgets().setLimits(this, limits);
    if (parent == null) {
      engine.keepCommitLimit();
    }
  }

  Engine engine() {
    return engine;
  }

  BudgetAccount account() {
    return account;
  }

  List<BudgetNode> nodes() {
    return children;
  }

  void addNode(BudgetNode child) {
    children.add(child);
  }

  @Nullable BudgetNode parent() {
    return parent;
  }

  @Override
  public String toString() {
    return path;
  }
}
