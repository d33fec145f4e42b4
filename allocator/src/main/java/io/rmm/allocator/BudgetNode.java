package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.Placement;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.Tally;
import io.rmm.allocator.heap.ThreadHeap;
import io.rmm.allocator.heap.Usage;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.observe.Token;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A budget of a {@link MemoryManager}, and one half of the fast path: every allocation runs through
 * {@link #take}, as every free does through {@link Block#close}.
 *
 * <p>A pair of the two makes no atomic operation, no lock, no clock, no call into a view, and no
 * object, where the thread that frees is the one that allocated and no hard limit is to be kept
 * (which costs an atomic, see {@link BudgetAccount}). All else hangs on three branches: no slot at
 * hand, a limit that is reached, and the end of the sampling countdown.
 */
final class BudgetNode extends BudgetAccount implements Budget {

  private static final long MAX_ALIGNMENT = 1L << 30;

  private final Engine engine;
  private final Heaps heaps;

  /** How many canaries slots are to have room for: 0 or 1. A number, so that it is no branch. */
  private final int canaries;

  private final @Nullable BudgetNode parent;
  private final String name;
  private final String path;
  private final ArenaAllocator arenaAllocator;
  private final ArenaReclaimer arenaReclaimer;
  private final ArenaCounters arenaCounters;
  private final DeferredBatches deferredBatches;
  private final BlockFrees frees;
  private final InPlaceResizes inPlaceResizes;

  /** Where freed blocks rest; null if they do not, and are given back at once. */
  private final @Nullable Quarantine quarantine;

  private final CopyOnWriteArrayList<BudgetNode> children = new CopyOnWriteArrayList<>();

  BudgetNode(
      Engine engine, int index, @Nullable BudgetNode parent, String name, BudgetLimits limits) {
    super(index, parent, limits);
    this.engine = engine;
    this.heaps = engine.heaps();
    this.quarantine = engine.quarantine();
    this.canaries = heaps.hasCanaries() ? 1 : 0;
    this.parent = parent;
    this.name = name;
    this.path = parent == null ? name : parent.path + "/" + name;
    this.arenaCounters = new ArenaCounters(this);
    this.arenaReclaimer = new ArenaReclaimer(this, arenaCounters);
    this.arenaAllocator = new ArenaAllocator(this, arenaReclaimer);
    this.deferredBatches = new DeferredBatches(this);
    this.frees = new BlockFrees(this);
    this.inPlaceResizes = new InPlaceResizes(this);
  }

  // ---- the fast path ----

  @Override
  public Block allocate(long byteSize) {
    return take(byteSize, sizeClass(byteSize), SizeClasses.GRANULE);
  }

  /** Returns the class that serves {@code byteSize}. */
  int sizeClass(long byteSize) {
    return SizeClasses.of(byteSize, canaries);
  }

  /** Returns the class that serves {@code byteSize} with an alignment. */
  int sizeClass(long byteSize, long byteAlignment) {
    return SizeClasses.aligned(byteSize, byteAlignment, canaries);
  }

  private Block take(long byteSize, int sizeClass, long byteAlignment) {
    try {
      while (true) {
        BudgetCell cell = heaps.enter(this);
        Tally tally = cell.tally(sizeClass);
        boolean fast = tally.bin.hasSlot();
        if (!fast) {
          tally = refill(cell, byteSize, sizeClass, byteAlignment, null).tally(sizeClass);
        }
        int slot = tally.bin.take();
        Page page = tally.bin.page();
        BudgetAccount refuser = charge(page.slotBytes);
        if (refuser != null) {
          // A loop, and no call that returns a block: the handle would escape into the merge of
          // two.
          endRefusal(tally.heap, page, slot, byteSize, refuser);
          continue;
        }
        // Not before: a slot that no block has stood in counts as untouched.
        long address = page.address(slot);
        page.setCanary(slot, address, byteSize);
        long id = tally.countAllocation(byteSize);
        long[] ids = page.ids;
        // A plain write: other threads learn of the block through its handle's final fields.
        ids[slot] = id;
        long weight =
            tally.isObservationDue(id) ? engine.sampler().endCountdown(tally, page.slotBytes) : 0;
        tally.heap.leave();
        Token token =
            weight == 0 ? null : observe(id, byteSize, byteAlignment, page, slot, weight, fast);
        return handle(page, ids, slot, id, byteSize, address, tally, token);
      }
    } catch (StackOverflowError e) {
      heaps.abandon();
      throw e;
    }
  }

  private Block handle(
      Page page,
      long[] ids,
      int slot,
      long id,
      long byteSize,
      long slotAddress,
      Tally tally,
      @Nullable Token token) {
    try {
      long placed = token == null ? 0 : token.placedAddress();
      long address = placed == 0 ? slotAddress : placed;
      return new Block(page, ids, slot, 0, id, byteSize, address, this, tally, token);
    } catch (OutOfMemoryError e) {
      // The Java heap is full, and without a handle nobody would ever free the block.
      frees.closeSlowly(page, slot, id, 0, byteSize, token);
      throw e;
    }
  }

  // Block.close is the other half.

  BlockFrees frees() {
    return frees;
  }

  InPlaceResizes inPlaceResizes() {
    return inPlaceResizes;
  }

  // ---- allocations off the fast path ----

  private @Nullable Token observe(
      long id, long byteSize, long byteAlignment, Page page, int slot, long weight, boolean fast) {
    Placement guarded =
        weight == Sampler.TRACED
            ? null
            : engine.guards().place(page, slot, id, byteSize, byteAlignment, path);
    if (guarded != null || quarantine == null) {
      // What is guarded has a rest of its own.
      return engine.observer().allocated(id, path, byteSize, page, weight, fast, guarded);
    }
    ScopedBlock scoped;
    try {
      scoped = new ScopedBlock(page, slot, byteSize, this);
    } catch (OutOfMemoryError e) {
      return null;
    }
    Token token = engine.observer().allocated(id, path, byteSize, page, weight, fast, scoped);
    if (token != null) {
      // At last, when nothing can fail any more: whoever joins is waited for.
      quarantine.join(scoped);
    }
    return token;
  }

  @Override
  public Block allocate(long byteSize, long byteAlignment) {
    checkAlignment(byteAlignment);
    return take(byteSize, sizeClass(byteSize, byteAlignment), byteAlignment);
  }

  /** As {@link Refills#refill} does, for this budget. */
  BudgetCell refill(
      BudgetCell cell, long byteSize, int sizeClass, long byteAlignment, @Nullable Arena arena) {
    return engine.refills().refill(this, cell, byteSize, sizeClass, byteAlignment, arena);
  }

  /**
   * Undoes the taking of a slot that a budget then refused. Returns if there may be room by now;
   * otherwise the allocation is rejected.
   */
  void endRefusal(ThreadHeap heap, Page page, int slot, long byteSize, BudgetAccount refuser) {
    heap.takeBack(page, slot);
    heap.leave();
    if (!engine.closeDeferredArenas()) {
      throw engine.refusals().reject(this, refuser, byteSize);
    }
  }

  static void checkAlignment(long byteAlignment) {
    if (byteAlignment <= 0 || byteAlignment > MAX_ALIGNMENT || Long.bitCount(byteAlignment) != 1) {
      throw new IllegalArgumentException(
          "an alignment must be a power of two from 1 to 2^30, not " + byteAlignment);
    }
  }

  // ---- arenas ----

  @Override
  public Arena openConfinedArena() {
    return engine.source().canChangeScope()
        ? ConfinedArena.open(this)
        : SharedArena.openConfined(this);
  }

  @Override
  public Arena openSharedArena() {
    return SharedArena.open(this);
  }

  @Override
  public Arena openDeferredArena() {
    engine.noteDeferredArenas();
    return DeferredArena.open(this);
  }

  ArenaAllocator arenaAllocator() {
    return arenaAllocator;
  }

  ArenaReclaimer arenaReclaimer() {
    return arenaReclaimer;
  }

  ArenaCounters arenaCounters() {
    return arenaCounters;
  }

  DeferredBatches deferredBatches() {
    return deferredBatches;
  }

  /** Frees what arenas have left to be freed later. */
  void tendArenas() {
    arenaReclaimer.doLeftOver();
    deferredBatches.closeDone();
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
    return isLimited()
        ? Math.min(chargedBytes(), notedPeakBytes())
        : new BudgetReadings(this).usedBytes();
  }

  /** Returns what this budget and its descendants have done. */
  Usage usage() {
    return new BudgetReadings(this).total();
  }

  @Override
  public long peakBytes() {
    if (!isLimited()) {
      // To read is to note the peak.
      var _ = new BudgetReadings(this);
    }
    return notedPeakBytes();
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

  /** Returns a number that no other budget of the manager has. */
  int number() {
    return index;
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
