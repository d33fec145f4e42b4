package io.rmm.allocator.heap;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The owner of pages for one platform thread, or one stripe for virtual threads.
 *
 * <p><b>The hold.</b> Everything in a heap but its remote queue belongs to whoever holds the heap.
 * A stripe is held by a lock. A thread's own heap is <em>biased</em> to the thread, which holds it
 * by two plain stores around each operation ({@link #hold}, {@link #leave}). Anybody else first
 * {@linkplain #revoke revokes} the bias, has all threads of the JVM pass a barrier, and waits until
 * the owner is not in an operation: after the barrier the owner's {@link #busy} is visible to the
 * revoker, and {@link #revoked} to the owner's next operation. This is the classic asymmetric
 * Dekker protocol. An atomic in its place would cost every allocation 5 ns; the barrier costs some
 * 50 us, a few times a second, and only when there is something to collect.
 *
 * <p>A thread that dies leaves its heap with everything in it; the next new thread takes it over,
 * see {@link Heaps}. Hence a page never changes its heap, and a free needs one comparison to know
 * whether it is local.
 *
 * <p><b>Pages.</b> Of each class the heap has a current page, from which slots are taken; a list of
 * partial pages, of which some slots are known to be free; and full ones, which come back to the
 * list when a slot of theirs is freed.
 */
public final class ThreadHeap {

  /** Pages taken from the pool after which the heap looks for empty ones of its own, at least. */
  private static final int MIN_PAGES_BETWEEN_SWEEPS = 16;

  /** So that the ids are looked after in time, however small the blocks. */
  private static final long MAX_COUNTDOWN = BlockIds.MAX_BETWEEN_CHECKS * SizeClasses.GRANULE;

  private static final String KERNEL = "io.rmm.allocator.";

  private static final VarHandle BUSY;
  private static final VarHandle REVOKED;
  private static final VarHandle REMOTE_PAGES;
  private static final VarHandle REMOTE_FREES;
  private static final VarHandle COUNTER = MethodHandles.arrayElementVarHandle(long[].class);

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BUSY = lookup.findVarHandle(ThreadHeap.class, "busy", int.class);
      REVOKED = lookup.findVarHandle(ThreadHeap.class, "revoked", int.class);
      REMOTE_PAGES = lookup.findVarHandle(ThreadHeap.class, "remotePages", Page.class);
      REMOTE_FREES = lookup.findVarHandle(ThreadHeap.class, "remoteFrees", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Heaps heaps;
  private final @Nullable ReentrantLock lock;
  private final Page none;
  private final Page[] current;
  private final @Nullable Page[] partial;
  private final List<Page> pages = new ArrayList<>();

  /** Allocations and frees by size class, in turn; the last pair is that of huge blocks. */
  private final long[] counters = new long[2 * (SizeClasses.COUNT + 1)];

  private @Nullable BudgetCell[] cells = new BudgetCell[8];

  private int busy;

  @SuppressWarnings("unused") // by REVOKED
  private int revoked;

  @SuppressWarnings("unused") // by REMOTE_PAGES
  private @Nullable Page remotePages;

  private @Nullable Thread thread;
  private long nextId = BlockIds.lease();
  private long countdown;

  /** Bytes of the countdown beyond {@link #MAX_COUNTDOWN}. */
  private long undrawn;

  private long meanAtDraw = -1;
  private int pagesSinceSweep;

  /** Frees of this heap into pages of others; written by the holder, read by anybody. */
  private long remoteFrees;

  /** Allocations by class when the clock last looked; belongs to the clock. */
  private final long[] allocationsAtTick = new long[SizeClasses.COUNT + 1];

  private boolean closed;

  /**
   * Makes a heap that is biased to {@code thread}, or a stripe if that is null. It has no countdown
   * yet: its first allocation is the occasion to draw one.
   */
  ThreadHeap(Heaps heaps, @Nullable Thread thread) {
    this.heaps = heaps;
    this.thread = thread;
    this.lock = thread == null ? new ReentrantLock() : null;
    this.none = Page.none(this);
    this.current = new Page[SizeClasses.COUNT + 1];
    this.partial = new Page[SizeClasses.COUNT + 1];
    Arrays.fill(current, none);
  }

  // ---- the hold ----

  /** Holds the heap; the caller is its thread. */
  void hold() {
    BUSY.setOpaque(this, 1);
    // Keeps the compiler from moving the read below before the store above; the processor is kept
    // from it by the revoker's barrier. No instruction on x86-64.
    VarHandle.releaseFence();
    if ((int) REVOKED.getAcquire(this) != 0) {
      awaitBias();
    }
  }

  /** Ends the hold. */
  public void leave() {
    if (lock != null) {
      lock.unlock();
    } else {
      BUSY.setRelease(this, 0);
    }
  }

  /** Ends the hold, unless it has been ended, of an operation that overflowed the stack. */
  public void abandon() {
    if (lock == null) {
      BUSY.setRelease(this, 0);
    } else if (lock.isHeldByCurrentThread()) {
      lock.unlock();
    }
  }

  private void awaitBias() {
    do {
      BUSY.setRelease(this, 0);
      heaps.awaitRevoker();
      BUSY.setVolatile(this, 1);
    } while ((int) REVOKED.getVolatile(this) != 0);
  }

  /** Holds a stripe if nobody else does. */
  boolean tryHoldStripe() {
    return lock != null && lock.tryLock();
  }

  /** Holds a stripe, waiting for it. */
  void holdStripe() {
    if (lock != null) {
      lock.lock();
    }
  }

  /** Tells whether this heap serves virtual threads. */
  boolean isStripe() {
    return lock != null;
  }

  /** Asks the owner to stop at its next operation. To be followed by the barrier. */
  void revoke() {
    REVOKED.setVolatile(this, 1);
  }

  /** Tells whether the owner, which was asked to stop before the barrier, has stopped. */
  boolean isStopped() {
    Thread owner = thread;
    return (int) BUSY.getVolatile(this) == 0 || owner == null || !owner.isAlive();
  }

  /**
   * Ends the hold of an owner that is no longer in an operation although it never ended it: a
   * {@link StackOverflowError} may have cut it short. To be asked only after some waiting, since it
   * walks the owner's stack.
   */
  void endBrokenHold() {
    Thread owner = thread;
    if (owner != null
        && Arrays.stream(owner.getStackTrace())
            .noneMatch(frame -> frame.getClassName().startsWith(KERNEL))) {
      BUSY.setVolatile(this, 0);
    }
  }

  /** Ends what {@link #revoke} began. */
  void restore() {
    REVOKED.setVolatile(this, 0);
  }

  /** Tells whether {@code candidate} is the thread that this heap is biased to. */
  boolean isBiasedTo(Thread candidate) {
    return thread == candidate;
  }

  /** Tells whether the thread that this heap was biased to has died, or has been forgotten. */
  boolean isOrphan() {
    Thread owner = thread;
    return lock == null && (owner == null || !owner.isAlive());
  }

  /** Biases the heap to {@code owner}, or to nobody. Under the lock of {@link Heaps}. */
  void bias(@Nullable Thread owner) {
    // A thread may have died in the middle of an operation.
    BUSY.setVolatile(this, 0);
    thread = owner;
  }

  // ---- slots; the caller holds the heap ----

  /** Returns the page from which slots of {@code sizeClass} are taken; it may have none left. */
  public Page current(int sizeClass) {
    return current[sizeClass];
  }

  /**
   * Finds a page of {@code sizeClass} with a free slot and makes it the current one.
   *
   * @throws OutOfMemoryError if there is no memory for a new page
   */
  public Page refill(int sizeClass) {
    heaps.checkOpen(closed);
    drainRemote();
    Page page = current[sizeClass];
    if (page.advance()) {
      return page;
    }
    if (page != none) {
      page.full = true;
      current[sizeClass] = none;
    }
    page = partial[sizeClass];
    if (page != null) {
      partial[sizeClass] = page.next;
      page.next = null;
      boolean found = page.advance();
      assert found : "a partial page has a free slot";
    } else {
      page = newPage(sizeClass);
    }
    current[sizeClass] = page;
    return page;
  }

  private Page newPage(int sizeClass) {
    StackRoom.check();
    if (pagesSinceSweep >= Math.max(MIN_PAGES_BETWEEN_SWEEPS, pages.size() / 4)) {
      releaseEmptyPages(false);
    }
    Page page = heaps.pool().takePage(this, sizeClass);
    page.index = pages.size();
    pages.add(page);
    pagesSinceSweep++;
    return page;
  }

  /**
   * Makes a page for one huge block. It belongs to this heap by name only: whoever frees the block
   * gives the memory straight back to the pool.
   */
  public Page hugePage(long bytes, long byteAlignment) {
    StackRoom.check();
    heaps.checkOpen(closed);
    return heaps.pool().takeHuge(this, bytes, byteAlignment);
  }

  /** Makes a page for one block in memory that an arena owns. It ends as a huge page does. */
  public Page arenaPage(Arena arena, long bytes, long byteAlignment) {
    StackRoom.check();
    heaps.checkOpen(closed);
    heaps.pool().adopt(bytes);
    try {
      return Page.of(this, arena.allocate(bytes, byteAlignment));
    } catch (Throwable e) {
      heaps.pool().disown(bytes);
      throw e;
    }
  }

  /** Puts a page that was full back where slots are taken from; a huge one goes to the pool. */
  void relist(Page page) {
    if (page.sizeClass == SizeClasses.HUGE) {
      heaps.pool().release(page);
    } else if (!page.dead) {
      page.full = false;
      page.next = partial[page.sizeClass];
      partial[page.sizeClass] = page;
    }
  }

  /** Gives a slot of {@code page} back, by whichever of the two ways this heap must take. */
  public void giveBack(Page page, int slot) {
    if (page.owner == this) {
      page.give(slot);
    } else {
      REMOTE_FREES.setOpaque(this, remoteFrees + 1);
      page.giveRemotely(slot);
    }
  }

  /** Puts {@code page} on the queue of remotely freed pages. Any thread. */
  void pushRemote(Page page) {
    if (page.sizeClass == SizeClasses.HUGE) {
      // Its one slot was just freed: nobody else can touch the page any more.
      heaps.pool().release(page);
      return;
    }
    Page head;
    do {
      head = (Page) REMOTE_PAGES.getVolatile(this);
      page.nextRemote = head;
    } while (!REMOTE_PAGES.compareAndSet(this, head, page));
  }

  private void drainRemote() {
    if ((Page) REMOTE_PAGES.getOpaque(this) == null) {
      return;
    }
    Page page = (Page) REMOTE_PAGES.getAndSet(this, null);
    while (page != null) {
      Page next = page.nextRemote;
      page.nextRemote = null;
      page.clearPending();
      page.collectRemote();
      if (page.full && page.hasFree()) {
        relist(page);
      }
      page = next;
    }
  }

  /**
   * Gives pages without a live slot back to the pool.
   *
   * @param all whether current pages are given back too, although their classes are in use
   */
  void releaseEmptyPages(boolean all) {
    drainRemote();
    pagesSinceSweep = 0;
    boolean released = false;
    for (int i = pages.size() - 1; i >= 0; i--) {
      Page page = pages.get(i);
      page.collectRemote();
      if (page.isEmpty() && (all || isDispensable(page))) {
        remove(page);
        released = true;
      }
    }
    if (released) {
      for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
        unlistDead(sizeClass);
      }
    }
  }

  private void remove(Page page) {
    Page last = pages.remove(pages.size() - 1);
    if (last != page) {
      pages.set(page.index, last);
      last.index = page.index;
    }
    page.dead = true;
    heaps.pool().release(page);
  }

  private void unlistDead(int sizeClass) {
    if (current[sizeClass].dead) {
      current[sizeClass] = none;
    }
    Page kept = null;
    Page page = partial[sizeClass];
    partial[sizeClass] = null;
    while (page != null) {
      Page next = page.next;
      page.next = null;
      if (!page.dead) {
        page.next = kept;
        kept = page;
      }
      page = next;
    }
    partial[sizeClass] = kept;
  }

  /** Refuses allocations from now on, and marks what is live as dead with the manager. */
  void close() {
    closed = true;
    Arrays.fill(current, none);
    for (Page page : pages) {
      page.dead = true;
      closeIds(page);
    }
    Arrays.fill(partial, null);
    pages.clear();
  }

  static void closeIds(Page page) {
    for (int slot = 0; slot < page.slots; slot++) {
      long id = (long) Page.IDS.getVolatile(page.ids, slot);
      if (id > 0) {
        Page.IDS.compareAndSet(page.ids, slot, id, Page.CLOSED);
      }
    }
  }

  // ---- counters and sampling; the caller holds the heap ----

  /** Returns an id that no other block of the process has. */
  public long newId() {
    return nextId++;
  }

  /** Counts {@code bytes} towards the next observation; returns whether it is due. */
  public boolean countDown(long bytes) {
    return (countdown -= bytes) < 0;
  }

  /**
   * Sets the bytes to the next observation.
   *
   * @param bytes 0 or more
   * @param mean the mean of the distribution that {@code bytes} was drawn from
   */
  public void redraw(long bytes, long mean) {
    countdown = 0;
    undrawn = bytes;
    meanAtDraw = mean;
    drawOn();
  }

  /**
   * Goes on with a countdown whose end was put off, and looks after the ids.
   *
   * @return whether there was something to go on with
   */
  public boolean drawOn() {
    long step = Math.min(undrawn, MAX_COUNTDOWN);
    undrawn -= step;
    countdown += step;
    nextId = BlockIds.renew(nextId);
    return step > 0;
  }

  /** Returns the mean that the countdown which now ends was drawn with, or -1 at the very first. */
  public long meanAtDraw() {
    return meanAtDraw;
  }

  /** Counts an allocation. */
  public void countAllocation(BudgetCell cell, Page page, long byteSize) {
    int counter = 2 * page.sizeClass;
    COUNTER.setOpaque(counters, counter, counters[counter] + 1);
    cell.countAllocation(page.slotBytes, byteSize);
  }

  /** Counts a free. */
  public void countFree(BudgetCell cell, Page page, long byteSize) {
    int counter = 2 * page.sizeClass + 1;
    COUNTER.setOpaque(counters, counter, counters[counter] + 1);
    cell.countFree(page.slotBytes, byteSize);
  }

  /**
   * Returns this heap's cell for {@code account}. If there is none, and the Java heap has no room
   * for one, the hold ends before the error is thrown.
   */
  public BudgetCell cell(BudgetAccount account) {
    @Nullable BudgetCell[] known = cells;
    if (account.index < known.length) {
      BudgetCell cell = known[account.index];
      if (cell != null) {
        return cell;
      }
    }
    return newCell(account.index);
  }

  private BudgetCell newCell(int index) {
    try {
      @Nullable BudgetCell[] grown = cells;
      if (index >= grown.length) {
        grown = Arrays.copyOf(grown, Math.max(index + 1, 2 * grown.length));
      }
      BudgetCell cell = new BudgetCell();
      grown[index] = cell;
      // Readers must not see the array before what was copied into it, or sums would fall. They may
      // miss the new cell, and with it what this very operation counts.
      VarHandle.releaseFence();
      cells = grown;
      return cell;
    } catch (OutOfMemoryError e) {
      leave();
      throw e;
    }
  }

  // ---- for readers; any thread ----

  /**
   * Returns what this heap has done for the account at {@code index}, null standing for nothing.
   */
  @Nullable BudgetCell cellAt(int index) {
    @Nullable BudgetCell[] known = cells;
    return index < known.length ? known[index] : null;
  }

  /** Returns the frees of {@code sizeClass} so far. */
  long frees(int sizeClass) {
    return (long) COUNTER.getAcquire(counters, 2 * sizeClass + 1);
  }

  /** Returns the allocations of {@code sizeClass} so far. */
  long allocations(int sizeClass) {
    return (long) COUNTER.getOpaque(counters, 2 * sizeClass);
  }

  long remoteFrees() {
    return (long) REMOTE_FREES.getOpaque(this);
  }

  /**
   * Tells whether this heap seems to have pages to give back; racy, and only a hint.
   *
   * @param all as in {@link #releaseEmptyPages}
   */
  boolean seemsCollectable(boolean all) {
    int count = pages.size();
    for (int i = 0; i < count; i++) {
      Page page = pageAt(i);
      if (page != null && page.isEmpty() && (all || isDispensable(page))) {
        return true;
      }
    }
    return false;
  }

  /**
   * A page that goes empty and full again at every allocation, as the current one may do, is worth
   * keeping as long as its class is in use.
   */
  private boolean isDispensable(Page page) {
    int sizeClass = page.sizeClass;
    return current[sizeClass] != page || allocations(sizeClass) == allocationsAtTick[sizeClass];
  }

  /** Notes which classes are in use. By the clock, after it has collected. */
  void noteTick() {
    for (int sizeClass = 0; sizeClass < allocationsAtTick.length; sizeClass++) {
      allocationsAtTick[sizeClass] = allocations(sizeClass);
    }
  }

  private @Nullable Page pageAt(int i) {
    try {
      return pages.get(i);
    } catch (IndexOutOfBoundsException e) {
      // The owner has shortened its list meanwhile.
      return null;
    }
  }

  /** Adds the bytes of this heap's pages to {@code byClass}; returns those with a live slot. */
  long addPages(long[] byClass) {
    long active = 0;
    int count = pages.size();
    for (int i = 0; i < count; i++) {
      Page page = pageAt(i);
      if (page != null) {
        byClass[page.sizeClass] += page.bytes();
        if (!page.isEmpty()) {
          active += page.bytes();
        }
      }
    }
    return active;
  }
}
