package io.rmm.allocator.heap;

import io.rmm.allocator.MemorySnapshot;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The heaps of one memory manager: finds the one that a thread works with, and has them stopped
 * when something must be done to them ({@link Revoker}).
 *
 * <p>Platform threads have a heap each ({@link BiasedHeaps}), found by way of {@link RecentCells}
 * where that is possible. Virtual threads share {@link Stripes}.
 */
public final class Heaps {

  /** Ticks, four a second, without a remote free after which a heap is its owner's alone again. */
  private static final int QUIET_TICKS = 40;

  private final ChunkPool pool;
  private final String managerName;

  /** Whether owners may be sole freers, which they are by the way that is as fast as can be. */
  private final boolean soleFreers;

  /** Whether blocks are followed by canaries. */
  private final boolean canaries;

  private final BiasedHeaps biased = new BiasedHeaps(this);
  private final Stripes stripes;
  private final HeapCollector collector = new HeapCollector(this);
  private final CanarySweep canarySweep = new CanarySweep(this);
  private final ThreadHeap nobody = ThreadHeap.ofNobody(this);
  final CopyOnWriteArrayList<ThreadHeap> heaps = new CopyOnWriteArrayList<>();

  /**
   * Guards the list of heaps and who they are biased to; held while heaps are stopped. A virtual
   * thread that waits for it, which it does outside of any hold, may lose its carrier; one that has
   * it may not, see {@link io.rmm.allocator.source.MountedLock}.
   */
  final ReentrantLock lock = new ReentrantLock();

  private volatile boolean closed;

  /**
   * Makes the heaps of the manager called {@code managerName}.
   *
   * @param canaries whether blocks are followed by {@linkplain Canary canaries}
   * @param soleFreers whether a free by the owner may take the short way, which gives the slot back
   *     at once
   */
  public Heaps(String managerName, ChunkPool pool, boolean canaries, boolean soleFreers) {
    this.managerName = managerName;
    this.pool = pool;
    this.canaries = canaries;
    this.soleFreers = soleFreers;
    this.stripes = new Stripes(this, Runtime.getRuntime().availableProcessors());
    heaps.addAll(List.of(stripes.all()));
  }

  /** Returns the cell for {@code account} of the calling thread's heap, which it then holds. */
  @SuppressWarnings("ReferenceEquality") // an account equals itself alone
  public BudgetCell enter(BudgetAccount account) {
    Thread thread = Thread.currentThread();
    BudgetCell cell = RecentCells.find(thread, account);
    return cell != null && cell.account == account && cell.heap.tryHold(thread)
        ? cell
        : enterSlowly(thread, account);
  }

  private BudgetCell enterSlowly(Thread thread, BudgetAccount account) {
    if (thread.isVirtual()) {
      return stripes.enter(thread).cell(account);
    }
    ThreadHeap heap = biased.enter(thread);
    BudgetCell cell = heap.cell(account);
    if (!heap.isClosed()) {
      RecentCells.remember(thread, cell);
    }
    return cell;
  }

  /**
   * Returns a cell for {@code account} of a heap that the calling thread then holds, to free a slot
   * of {@code page} with: of the page's own heap if that can be had.
   */
  public BudgetCell enterToFree(Page page, BudgetAccount account) {
    ThreadHeap owner = page.owner;
    if (owner.isStripe()) {
      Thread thread = Thread.currentThread();
      if (thread.isVirtual() && owner.tryHoldStripe(thread)) {
        return owner.cell(account);
      }
    }
    return enter(account);
  }

  /**
   * Returns a cell as {@link #enterToFree} does, once the id of a live block in {@code page} may be
   * changed by compare-and-set: that is, once its heap has no sole freer but the caller.
   */
  public BudgetCell enterToChange(Page page, BudgetAccount account) {
    while (true) {
      BudgetCell cell = enterToFree(page, account);
      if (cell.heap == page.owner || !page.owner.hasSoleFreer()) {
        return cell;
      }
      cell.heap.leave();
      open(page.owner);
    }
  }

  /** Ends the calling thread's hold, if there is one, after its operation overflowed the stack. */
  public void abandon() {
    Thread thread = Thread.currentThread();
    if (thread.isVirtual()) {
      for (ThreadHeap stripe : stripes.all()) {
        stripe.abandon(thread);
      }
    } else {
      biased.abandon(thread);
    }
  }

  /** Adds stripes, unless there are more than {@code count} by now. */
  void addStripes(int count) {
    StackRoom.check();
    lock.lock();
    try {
      checkOpen(closed);
      stripes.grow(count, heaps::addAll);
    } finally {
      lock.unlock();
    }
  }

  /** Makes a heap for {@code thread}. Under the {@link #lock}. */
  ThreadHeap add(Thread thread) {
    checkOpen(closed);
    ThreadHeap heap = ThreadHeap.of(this, thread);
    if (!soleFreers) {
      heap.openToOthers();
    }
    heaps.add(heap);
    return heap;
  }

  void checkOpen(boolean closed) {
    if (closed) {
      throw new IllegalStateException("memory manager " + managerName + " is closed");
    }
  }

  ChunkPool pool() {
    return pool;
  }

  /**
   * Tells whether views of blocks end: where freed slots rest, so that no free is the short way.
   */
  boolean endsViews() {
    return !soleFreers;
  }

  /** Tells whether blocks are followed by {@linkplain Canary canaries}. */
  public boolean hasCanaries() {
    return canaries;
  }

  /** Returns who looks at the canaries at the ends of slots. */
  public CanarySweep canarySweep() {
    return canarySweep;
  }

  /** Returns the heap that huge pages belong to. */
  ThreadHeap nobody() {
    return nobody;
  }

  // ---- stopping heaps ----

  /** Waits until the revoker has done. Called by an owner that found its heap revoked. */
  void awaitRevoker() {
    StackRoom.check();
    lock.lock();
    try {
      // To have had the lock is to know that the revoker is done.
    } finally {
      lock.unlock();
    }
  }

  /** Runs {@code action} while no heap is in an operation. Not to be called in an operation. */
  public void exclusively(Runnable action) {
    StackRoom.check();
    lock.lock();
    try {
      Revoker.exclusively(heaps, action);
    } finally {
      lock.unlock();
    }
  }

  /** Lets anybody free the blocks of {@code heap}. Not to be called in an operation. */
  private void open(ThreadHeap heap) {
    StackRoom.check();
    lock.lock();
    try {
      if (heap.hasSoleFreer()) {
        Revoker.withEach(List.of(heap), Integer.MAX_VALUE, ThreadHeap::openToOthers);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes owners the sole freers again of heaps where nobody else has freed for some while. */
  private void closeQuietHeaps() {
    List<ThreadHeap> quiet =
        heaps.stream()
            .filter(heap -> !heap.isStripe() && !heap.hasSoleFreer())
            .filter(heap -> heap.ticksWithoutRemoteFree() >= QUIET_TICKS)
            .toList();
    if (soleFreers && !quiet.isEmpty()) {
      // All heaps, since a thread that frees a block of another heap holds its own meanwhile.
      exclusively(() -> quiet.forEach(ThreadHeap::endFreesByOthers));
    }
  }

  // ---- the clock ----

  /** Lets go of dead threads, takes empty pages back, and gives idle memory back. */
  public void tick(boolean secondEnds) {
    collector.collect(false);
    for (ThreadHeap heap : heaps) {
      heap.noteTick();
      heap.letDeadHolderGo();
    }
    if (secondEnds) {
      closeQuietHeaps();
    }
    pool.tick();
  }

  /**
   * Has the sampler look at the next block of every heap, budget and size class. To be called at
   * each tick while all blocks are traced.
   */
  public void markDue() {
    for (ThreadHeap heap : heaps) {
      heap.markDue();
    }
  }

  /**
   * Gives all memory that no live block needs back now.
   *
   * @param cause why, as {@link io.rmm.allocator.ChunkEvent} has it
   */
  public void purge(String cause) {
    collector.collect(true);
    pool.purge(cause);
  }

  /** Refuses all further allocations and gives everything back. */
  public void close() {
    exclusively(
        () -> {
          closed = true;
          for (ThreadHeap heap : heaps) {
            heap.close();
          }
          pool.close();
        });
  }

  // ---- readings ----

  /** Reads what all heaps have done for each of {@code accounts}. */
  public Reading read(List<? extends BudgetAccount> accounts) {
    return new Reading(heaps, accounts);
  }

  /** Returns the number of arenas that are open. */
  public long openArenas() {
    long open = 0;
    for (ThreadHeap heap : heaps) {
      open -= heap.arenasClosed();
    }
    for (ThreadHeap heap : heaps) {
      open += heap.arenasOpened();
    }
    // A heap may have been added meanwhile, with the close of an arena opened elsewhere.
    return Math.max(0, open);
  }

  /**
   * Returns the bytes of pages with a live slot, and tells {@code snapshot} the size classes.
   *
   * @param reading what was done for all budgets
   * @param usedBytes bytes of all slots handed out: what no class accounts for is that of the huge
   *     blocks, whose pages may also hold a block that was freed by address and still rests
   */
  public long readPages(MemorySnapshot.Builder snapshot, Reading reading, long usedBytes) {
    PageReading pages = new PageReading(heaps, pool.hugeBytes());
    pages.tellSizeClasses(snapshot, reading, usedBytes);
    snapshot
        .remoteFrees(pages.remoteFrees)
        .threadHeaps(heaps.size(), stripes.all().length)
        .heapState(pages.cachedBytes, stripes.contended());
    return pages.activeBytes;
  }
}
