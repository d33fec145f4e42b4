package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.Placement;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.StackRoom;
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

  /** In place of the damage to a canary: no block was freed. */
  static final long NOT_FREED = -1;

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
      closeSlowly(page, slot, id, 0, byteSize, token);
      throw e;
    }
  }

  // Block.close is the other half.

  // ---- frees off the fast path ----

  /**
   * Closes a handle of a block whose heap is not the calling thread's alone, or that is no more.
   */
  void closeSlowly(Page page, int slot, long id, int handle, long byteSize, @Nullable Token token) {
    long damage = tryFree(page, slot, id, byteSize, scoped(token));
    if (damage == NOT_FREED) {
      engine.unusualFrees().close(page, slot, id, handle, byteSize, this, token);
      return;
    }
    if (token != null) {
      freed(token, FreeCause.CLOSE);
    }
    foundDamage(page, slot, id, byteSize, damage);
  }

  /** As {@link #tryFreeMarked} does for a block without a mark. */
  private long tryFree(Page page, int slot, long id, long byteSize, @Nullable ScopedBlock scoped) {
    if (page.isHuge()) {
      StackRoom.check();
    }
    try {
      if (page.id(slot) != id) {
        return NOT_FREED;
      }
      BudgetCell cell = heaps.enterToChange(page, this);
      Tally tally = cell.tally(page.sizeClass);
      long damage = NOT_FREED;
      if (page.changeId(slot, id, ~id)) {
        damage = takeCanary(page, slot, byteSize);
        countFree(tally, page, byteSize);
        endSlot(cell, page, slot, scoped);
      }
      cell.heap.leave();
      return damage;
    } catch (StackOverflowError e) {
      if (quarantine != null) {
        quarantine.cutShort = true;
      }
      heaps.abandon();
      throw e;
    }
  }

  /** Returns what the holder of {@code token} rests as, or null if it does not. */
  @Nullable ScopedBlock scoped(@Nullable Token token) {
    // Asked for in no other mode, where its class may not be loaded, and the Java heap be full.
    return quarantine == null ? null : ScopedBlock.of(token);
  }

  /** Gives the slot of a block back that was just freed, if it is not to rest. In the hold. */
  private static void endSlot(BudgetCell cell, Page page, int slot, @Nullable ScopedBlock scoped) {
    if (scoped == null) {
      cell.heap.giveBack(page, slot);
    } else {
      scoped.poison();
    }
  }

  /** Ends what is done about a block that has a token, once it is freed. Outside the hold. */
  void freed(Token token, FreeCause cause) {
    if (quarantine == null) {
      engine.observer().freed(token, cause);
      return;
    }
    try {
      try {
        engine.observer().freed(token, cause);
      } finally {
        quarantine.rest(ScopedBlock.of(token));
      }
    } catch (StackOverflowError e) {
      quarantine.cutShort = true;
      throw e;
    }
  }

  /**
   * Frees a block that bears a mark besides its id, unless another thread has been faster. What
   * that needs of the Java heap is found first, in the same hold: if there is no room for it, the
   * block is as it was.
   *
   * @param mark {@link Page#SHARED}, or {@link Page#DETACHED}, whose slot is given back later
   * @return {@link #NOT_FREED} if so; or else the damage to the block's canary, which the caller
   *     hands to {@link #foundDamage} at the end
   */
  long tryFreeMarked(
      Page page, int slot, long id, long mark, long byteSize, @Nullable ScopedBlock scoped) {
    BudgetCell cell = heaps.enterToFree(page, this);
    Tally tally = cell.tally(page.sizeClass);
    long damage = NOT_FREED;
    if (page.changeId(slot, id | mark, ~id)) {
      damage = takeCanary(page, slot, byteSize);
      countFree(tally, page, byteSize);
      if (mark == Page.SHARED || scoped != null) {
        endSlot(cell, page, slot, scoped);
      }
    }
    cell.heap.leave();
    return damage;
  }

  /**
   * Compares the canary behind a block that was just freed, and mends it, so that damage to it is
   * found once. In the hold in which the block was freed.
   *
   * @return the bits that differ; never {@link #NOT_FREED}
   */
  private static long takeCanary(Page page, int slot, long byteSize) {
    long damage = page.canaryDamage(slot, byteSize);
    if (damage != 0) {
      page.mendCanaries(slot, byteSize);
    }
    // If all bits differ, that the very last one does is no loss.
    return damage == NOT_FREED ? damage & Long.MAX_VALUE : damage;
  }

  /**
   * Reports that the canary behind a block was damaged, if it was. Outside the hold, when all else
   * is done: it may throw.
   *
   * @param damage the bits that differ, or 0
   */
  void foundDamage(Page page, int slot, long id, long byteSize, long damage) {
    if (damage != 0) {
      engine.strayWrites().foundBehind(page, slot, id, byteSize, path, damage);
    }
  }

  /** Makes what the calling thread needs to change the id of a block in {@code page}. */
  void prepareToChange(Page page) {
    BudgetCell cell = heaps.enterToFree(page, this);
    cell.heap.leave();
  }

  /** Counts the free of a block in {@code page}. In the hold of the tally's heap. */
  void countFree(Tally tally, Page page, long byteSize) {
    tally.countFree(byteSize);
    if (page.isHuge()) {
      tally.countHugeFree(page.slotBytes);
    }
    refund(page.slotBytes);
  }

  /** Gives back a slot whose free was counted. */
  void giveBack(Page page, int slot) {
    BudgetCell cell = heaps.enterToFree(page, this);
    cell.heap.giveBack(page, slot);
    cell.heap.leave();
  }

  /** Changes what stands in a slot with a live block; returns false if it was not {@code from}. */
  boolean changeId(Page page, int slot, long from, long to) {
    BudgetCell cell = heaps.enterToChange(page, this);
    boolean changed = page.changeId(slot, from, to);
    cell.heap.leave();
    return changed;
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

  /**
   * Makes another block of the one in {@code slot}, in the same place, if a block of {@code
   * newByteSize} would get such a slot. Counts as an allocation and a free.
   *
   * @param home the tally that the old handle has
   * @return null if it must move, or the old handle is not what it was at first
   */
  @Nullable Block resizeInPlace(
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
    BudgetCell cell = heaps.enterToChange(page, this);
    Tally tally = cell.tally(page.sizeClass);
    long newId = tally.countAllocation(newByteSize);
    long weight =
        tally.isObservationDue(newId) ? engine.sampler().endCountdown(tally, page.slotBytes) : 0;
    Token newToken;
    Block inPlace;
    try {
      newToken =
          weight == 0 ? null : engine.observer().token(newId, path, page.slotBytes, weight, null);
      inPlace =
          new Block(
              page,
              page.ids,
              slot,
              0,
              newId,
              newByteSize,
              page.address(slot),
              this,
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
      damage = takeCanary(page, slot, byteSize);
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
      boolean _ = engine.observer().follow(newToken, path, newByteSize, page, weight, true);
    }
    foundDamageInPlace(inPlace, page, slot, id, byteSize, damage);
    return inPlace;
  }

  private void foundDamageInPlace(
      Block inPlace, Page page, int slot, long id, long byteSize, long damage) {
    try {
      foundDamage(page, slot, id, byteSize, damage);
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
    int sizeClass = sizeClass(byteSize);
    return sizeClass == page.sizeClass
        && (sizeClass != SizeClasses.HUGE
            || (byteSize >= 0
                && byteSize <= SizeClasses.MAX_BYTE_SIZE
                && ChunkPool.hugeBytes(byteSize) == page.slotBytes));
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
