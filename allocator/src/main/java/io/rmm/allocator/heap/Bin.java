package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one size class in one heap. Belongs to the heap's holder; the counts may be read by
 * anybody.
 *
 * <p>Slots are taken from the current page, and there from the current word of its map of free
 * slots. That word lies here, not in the page: so the fast path finds it with one load, and does
 * not write to the page, which threads that free its slots from afar must read. When the word is
 * used up, {@link #refill} finds the next one: in the same page, else in a partial page (of which
 * some slots are known to be free), else among the slots that other threads have freed meanwhile,
 * else in a new page. Full pages come back to the list of partial ones when a slot of theirs is
 * freed.
 */
public final class Bin {

  private static final VarHandle TALLIES;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TALLIES = lookup.findVarHandle(Bin.class, "tallies", Tally.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ThreadHeap heap;
  private final int sizeClass;
  private @Nullable Page page;

  /** The free slots from {@link #firstSlot} on, a bit for each; for 64 slots of the page. */
  private long free;

  /** The first of the 64 slots that {@link #free} is about. */
  private int firstSlot;

  private @Nullable Page partial;

  /** The pages of which other threads have freed slots. */
  final RemoteQueue remoteQueue = new RemoteQueue();

  /** What was done here, for each budget, linked by {@link Tally#nextInBin}. */
  private @Nullable Tally tallies;

  /** Allocations when the clock last found the current page empty; belongs to the clock. */
  private long allocationsAtTick;

  Bin(ThreadHeap heap, int sizeClass) {
    this.heap = heap;
    this.sizeClass = sizeClass;
  }

  // ---- the fast path ----

  /** Returns the page of the slot that {@link #take} returned last. */
  public Page page() {
    return Objects.requireNonNull(page);
  }

  /** Tells whether there is a slot for {@link #take}; if not, {@link #refill} must find some. */
  public boolean hasSlot() {
    return free != 0;
  }

  /** Takes a free slot. There is one. */
  public int take() {
    long slots = free;
    free = slots & (slots - 1);
    return firstSlot + Long.numberOfTrailingZeros(slots);
  }

  /** Gives back a slot of {@code freed}, a page of this bin, whose id has been made negative. */
  public void give(Page freed, int slot) {
    if (freed == page && (slot & -Long.SIZE) == firstSlot) {
      free |= 1L << slot;
    } else {
      freed.give(slot);
    }
  }

  // ---- the slow path ----

  /**
   * Finds free slots for {@link #take}.
   *
   * @throws OutOfMemoryError if there is no memory for a new page
   */
  public void refill() {
    heap.checkOpen();
    Page usedUp = page;
    // There may be a slot by now: whoever was refused memory may come back with another heap.
    if (free != 0 || (usedUp != null && load(usedUp, firstSlot + Long.SIZE))) {
      return;
    }
    if (partial == null) {
      // Not before, though it would do no harm: the longer the slots are left, the more of them
      // come with one transfer of their page's cache lines, and the fewer pages are pushed again.
      drainRemote();
      if (usedUp != null && load(usedUp, firstSlot + Long.SIZE)) {
        return;
      }
    }
    if (usedUp != null) {
      usedUp.full = true;
      page = null;
    }
    Page next = partial;
    if (next != null) {
      unlist(next);
    } else {
      next = heap.newPage(sizeClass);
    }
    page = next;
    boolean found = load(next, 0);
    assert found : "a partial or a new page has a free slot";
  }

  /** Makes the slots free that other threads have freed. */
  void drainRemote() {
    Page page = remoteQueue.takeAll();
    while (page != null) {
      Page next = page.nextRemote;
      page.nextRemote = null;
      page.clearPending();
      page.collectRemote();
      if (!page.dead) {
        if (page.full && page.firstFreeWord(0) >= 0) {
          relist(page);
        }
        if (page.isSeenEmpty()) {
          heap.pages.noteAsEmpty(page);
        }
      }
      page = next;
    }
  }

  /** Makes {@code huge}, which has one slot, current, for {@link #take} to find. */
  public void offer(Page huge) {
    page = huge;
    boolean found = load(huge, 0);
    assert found : "a new page has a free slot";
  }

  /** Forgets what was offered and has been taken, lest a page that is gone be held on to. */
  void forgetOffer() {
    page = null;
  }

  /** Makes the first word of {@code from} with a free slot current, searching from {@code slot}. */
  private boolean load(Page from, int slot) {
    int first = from.firstFreeWord(slot / Long.SIZE);
    if (first < 0) {
      return false;
    }
    firstSlot = first * Long.SIZE;
    free = from.takeWord(first);
    return true;
  }

  /** Returns the tallies of this bin, linked by {@link Tally#nextInBin}. */
  @Nullable Tally tallies() {
    return (Tally) TALLIES.getAcquire(this);
  }

  /** Adds {@code tally}, which was made with {@link #tallies} as its next one. */
  void add(Tally tally) {
    TALLIES.setRelease(this, tally);
  }

  /** Makes {@code freed}, which was full, a partial page. */
  void relist(Page freed) {
    freed.full = false;
    freed.next = partial;
    if (partial != null) {
      partial.previous = freed;
    }
    partial = freed;
  }

  /** Takes {@code listed} from the list of partial pages. */
  private void unlist(Page listed) {
    Page next = listed.next;
    Page previous = listed.previous;
    if (previous == null) {
      partial = next;
    } else {
      previous.next = next;
    }
    if (next != null) {
      next.previous = previous;
    }
    listed.next = null;
    listed.previous = null;
  }

  /** Returns the free slots of word {@code word} of {@code asked} that are kept here. */
  long freeIn(Page asked, int word) {
    return asked == page && word * Long.SIZE == firstSlot ? free : 0;
  }

  /** Forgets {@code empty}, which goes back to the pool. */
  void forget(Page empty) {
    if (empty == page) {
      forgetCurrent();
    } else if (!empty.full) {
      unlist(empty);
    }
  }

  /** Returns the current page if no slot of it is live, or null. */
  @Nullable Page emptyCurrent() {
    Page current = page;
    return current != null && current.isEmpty() ? current : null;
  }

  private void forgetCurrent() {
    page = null;
    free = 0;
    firstSlot = 0;
  }

  /** Forgets all pages. */
  void clear() {
    forgetCurrent();
    partial = null;
  }

  // ---- for readers; any thread ----

  /**
   * A page that goes empty and full again at every allocation, as the current one may do, is worth
   * keeping as long as its class is in use.
   */
  boolean isDispensable(Page candidate) {
    return page != candidate || allocations() == allocationsAtTick;
  }

  /** Tells for how many ticks no other thread has freed a slot here. */
  int ticksWithoutRemoteFree() {
    return remoteQueue.quietTicks();
  }

  /**
   * Notes whether the class is in use, and whether others free here. By the clock, after it has
   * collected.
   */
  void noteTick() {
    remoteQueue.noteTick();
    Page current = page;
    // Only then is it asked for; to count is dear where there are many budgets.
    if (current != null && current.isEmpty()) {
      allocationsAtTick = allocations();
    }
  }

  /** Has the sampler look at the next block of every budget. */
  void markDue() {
    for (Tally tally = tallies(); tally != null; tally = tally.nextInBin) {
      tally.markDue();
    }
  }

  /** Returns the allocations so far. */
  long allocations() {
    long sum = 0;
    for (Tally tally = tallies(); tally != null; tally = tally.nextInBin) {
      sum += tally.allocations();
    }
    return sum;
  }
}
