package io.rmm.allocator.heap;

import io.rmm.allocator.MemorySnapshot;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The heaps of one memory manager: finds the one that a thread works with, passes on those of dead
 * threads, and stops them when something must be done to all.
 *
 * <p><b>Platform threads</b> have a heap each, found in a small table by the thread's number, or
 * else through a {@link ThreadLocal}. There is no hook in the JDK for a thread's death; so heaps of
 * dead threads are looked for when a new thread needs one (a few at a time, so that 100,000 short
 * threads do not make 100,000 heaps) and by the clock.
 *
 * <p><b>Virtual threads</b> share stripes: a thread tries that of its number, then the others, and
 * waits for its own when all are held. As many stripes as processors, since no more virtual threads
 * than that run at a time.
 */
public final class Heaps {

  /** Heaps that a new thread looks at for one whose thread has died. */
  private static final int ORPHAN_CANDIDATES = 8;

  /** Threads whose numbers differ by less than this do not push each other out; a power of two. */
  private static final int RECENT = 256;

  private static final long STOP_POLL_NANOS = 20_000;

  /** Polls for which the clock waits for an operation to end; then it leaves that heap alone. */
  private static final int CLOCK_POLLS = 100;

  /** Polls after which it is looked into whether there is an operation at all. */
  private static final int POLLS_BEFORE_LOOK = 1_000;

  private final ChunkPool pool;
  private final String managerName;

  /**
   * One for each manager, since a thread has a heap in each. Weak, because a heap knows this object
   * and thereby its own key: a thread would keep every manager that it ever used.
   */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<WeakReference<ThreadHeap>> local = new ThreadLocal<>();

  /**
   * The heap that a thread of such a number used last: found with three loads, where a {@link
   * ThreadLocal} takes six, one after the other. Written and read without order, which is harmless:
   * an entry counts only if its heap is biased to the reading thread, and nobody but that thread
   * itself makes it so.
   */
  private final @Nullable ThreadHeap[] recent = new ThreadHeap[RECENT];

  private final ThreadHeap[] stripes;
  private final CopyOnWriteArrayList<ThreadHeap> heaps = new CopyOnWriteArrayList<>();

  /** Guards the list of heaps and who they are biased to; held while heaps are stopped. */
  private final ReentrantLock lock = new ReentrantLock();

  private int nextCandidate;
  private volatile boolean closed;

  /** Makes the heaps of the manager called {@code managerName}. */
  public Heaps(String managerName, ChunkPool pool) {
    this.managerName = managerName;
    this.pool = pool;
    // A power of two, so that a thread's number finds its stripe by a mask.
    int processors = Runtime.getRuntime().availableProcessors();
    this.stripes = new ThreadHeap[Integer.highestOneBit(2 * processors - 1)];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new ThreadHeap(this, null);
      heaps.add(stripes[i]);
    }
  }

  /** Returns the calling thread's heap, held. */
  public ThreadHeap enter() {
    Thread thread = Thread.currentThread();
    ThreadHeap heap = recent[(int) thread.threadId() & (recent.length - 1)];
    if (heap != null && heap.isBiasedTo(thread)) {
      heap.hold();
      return heap;
    }
    return enterUnknown(thread);
  }

  private ThreadHeap enterUnknown(Thread thread) {
    if (thread.isVirtual()) {
      return enterStripe(thread);
    }
    WeakReference<ThreadHeap> known = local.get();
    ThreadHeap heap = known == null ? null : known.get();
    if (heap == null) {
      heap = bind(thread);
    }
    recent[(int) thread.threadId() & (recent.length - 1)] = heap;
    heap.hold();
    return heap;
  }

  /**
   * Returns the heap, held, that the calling thread frees a slot of {@code page} with: the page's
   * own if that is the thread's.
   */
  public ThreadHeap enterToFree(Page page) {
    ThreadHeap owner = page.owner;
    if (owner.isBiasedTo(Thread.currentThread())) {
      owner.hold();
      return owner;
    }
    return enter();
  }

  /** Ends the calling thread's hold, if there is one, after its operation overflowed the stack. */
  public void abandon() {
    Thread thread = Thread.currentThread();
    if (thread.isVirtual()) {
      for (ThreadHeap stripe : stripes) {
        stripe.abandon();
      }
      return;
    }
    ThreadHeap heap = recent[(int) thread.threadId() & (recent.length - 1)];
    if (heap != null && heap.isBiasedTo(thread)) {
      heap.abandon();
    }
  }

  private ThreadHeap enterStripe(Thread thread) {
    int start = (int) thread.threadId();
    for (int i = 0; i < stripes.length; i++) {
      ThreadHeap stripe = stripes[(start + i) & (stripes.length - 1)];
      if (stripe.tryHoldStripe()) {
        return stripe;
      }
    }
    ThreadHeap stripe = stripes[start & (stripes.length - 1)];
    stripe.holdStripe();
    return stripe;
  }

  private ThreadHeap bind(Thread thread) {
    StackRoom.check();
    lock.lock();
    try {
      ThreadHeap heap = heapOf(thread);
      if (heap == null) {
        heap = orphan();
      }
      if (heap == null) {
        checkOpen(closed);
        heap = new ThreadHeap(this, thread);
        heaps.add(heap);
      } else {
        heap.bias(thread);
      }
      local.set(new WeakReference<>(heap));
      return heap;
    } finally {
      lock.unlock();
    }
  }

  /** Finds the heap of a thread that has lost its thread locals, as pools may clear them. */
  private @Nullable ThreadHeap heapOf(Thread thread) {
    for (ThreadHeap heap : heaps) {
      if (heap.isBiasedTo(thread)) {
        return heap;
      }
    }
    return null;
  }

  /** Finds a heap whose thread has died, among a few. */
  private @Nullable ThreadHeap orphan() {
    int count = heaps.size();
    for (int i = 0; i < Math.min(ORPHAN_CANDIDATES, count); i++) {
      nextCandidate = nextCandidate + 1 < count ? nextCandidate + 1 : 0;
      ThreadHeap heap = heaps.get(nextCandidate);
      if (heap.isOrphan()) {
        return heap;
      }
    }
    return null;
  }

  void checkOpen(boolean closed) {
    if (closed) {
      throw new IllegalStateException("memory manager " + managerName + " is closed");
    }
  }

  ChunkPool pool() {
    return pool;
  }

  // ---- stopping heaps ----

  /** Waits until the revoker has done. Called by an owner that found its heap revoked. */
  void awaitRevoker() {
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
      for (ThreadHeap heap : heaps) {
        if (heap.isStripe()) {
          heap.holdStripe();
        } else {
          heap.revoke();
        }
      }
      try {
        AllThreadsBarrier.run();
        for (ThreadHeap heap : heaps) {
          if (!heap.isStripe()) {
            awaitStop(heap, Integer.MAX_VALUE);
          }
        }
        action.run();
      } finally {
        for (ThreadHeap heap : heaps) {
          if (heap.isStripe()) {
            heap.leave();
          } else {
            heap.restore();
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the owner of a revoked heap has stopped; returns whether it has. */
  private static boolean awaitStop(ThreadHeap heap, int polls) {
    for (int poll = 1; !heap.isStopped() && poll <= polls; poll++) {
      LockSupport.parkNanos(STOP_POLL_NANOS);
      if (poll % POLLS_BEFORE_LOOK == 0) {
        heap.endBrokenHold();
      }
    }
    return heap.isStopped();
  }

  // ---- the clock ----

  /** Lets go of dead threads, takes empty pages back, and gives idle memory back. */
  public void tick(boolean idleEnds) {
    collect(false);
    pool.tick(idleEnds);
  }

  /**
   * Gives all memory that no live block needs back now.
   *
   * @param cause why, as {@link io.rmm.allocator.ChunkEvent} has it
   */
  public void purge(String cause) {
    collect(true);
    pool.purge(cause);
  }

  private void collect(boolean all) {
    StackRoom.check();
    lock.lock();
    try {
      List<ThreadHeap> biased = new ArrayList<>();
      for (ThreadHeap heap : heaps) {
        boolean orphan = heap.isOrphan();
        if (orphan) {
          // Lets the dead thread's object go.
          heap.bias(null);
        }
        if (heap.seemsCollectable(all)) {
          if (orphan) {
            heap.releaseEmptyPages(true);
          } else if (heap.isStripe()) {
            heap.holdStripe();
            try {
              heap.releaseEmptyPages(all);
            } finally {
              heap.leave();
            }
          } else {
            biased.add(heap);
          }
        }
      }
      if (!biased.isEmpty()) {
        collectBiased(biased, all);
      }
      for (ThreadHeap heap : heaps) {
        heap.noteTick();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void collectBiased(List<ThreadHeap> biased, boolean all) {
    for (ThreadHeap heap : biased) {
      heap.revoke();
    }
    try {
      AllThreadsBarrier.run();
      int patience = all ? Integer.MAX_VALUE : CLOCK_POLLS;
      for (ThreadHeap heap : biased) {
        if (awaitStop(heap, patience)) {
          heap.releaseEmptyPages(all);
        }
      }
    } finally {
      for (ThreadHeap heap : biased) {
        heap.restore();
      }
    }
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

  /** Returns the sum of what all heaps have done for {@code account}. */
  public Usage usage(BudgetAccount account) {
    Usage sum = new Usage();
    for (ThreadHeap heap : heaps) {
      BudgetCell cell = heap.cellAt(account.index);
      if (cell != null) {
        cell.addFreesTo(sum);
      }
    }
    for (ThreadHeap heap : heaps) {
      BudgetCell cell = heap.cellAt(account.index);
      if (cell != null) {
        cell.addAllocationsTo(sum);
      }
    }
    // Counted up and down in one number, which only at rest is what it should be.
    sum.requestedBytes = Math.clamp(sum.requestedBytes, 0, Math.max(0, sum.usedBytes()));
    return sum;
  }

  /**
   * Returns the bytes of pages with a live slot, and tells {@code snapshot} the size classes.
   *
   * @param usedBytes bytes of all slots handed out: what no class accounts for is that of the huge
   *     blocks, whose pages may also hold a block that was freed by address and still rests
   */
  public long readPages(MemorySnapshot.Builder snapshot, long usedBytes) {
    long[] pageBytes = new long[SizeClasses.COUNT + 1];
    long active = 0;
    long remoteFrees = 0;
    for (ThreadHeap heap : heaps) {
      active += heap.addPages(pageBytes);
      remoteFrees += heap.remoteFrees();
    }
    long huge = pool.hugeBytes();
    pageBytes[SizeClasses.HUGE] = huge;
    long hugeUsed = usedBytes;
    for (int sizeClass = 0; sizeClass < SizeClasses.HUGE; sizeClass++) {
      hugeUsed -=
          readSizeClass(
              sizeClass, SizeClasses.slotBytes(sizeClass), pageBytes[sizeClass], 0, snapshot);
    }
    long _ = readSizeClass(SizeClasses.HUGE, 0, huge, Math.clamp(hugeUsed, 0, huge), snapshot);
    snapshot.remoteFrees(remoteFrees).threadHeaps(heaps.size(), stripes.length);
    return active + huge;
  }

  private long readSizeClass(
      int sizeClass,
      long slotBytes,
      long pageBytes,
      long hugeUsedBytes,
      MemorySnapshot.Builder snapshot) {
    long frees = 0;
    long allocations = 0;
    for (ThreadHeap heap : heaps) {
      frees += heap.frees(sizeClass);
    }
    for (ThreadHeap heap : heaps) {
      allocations += heap.allocations(sizeClass);
    }
    long used = hugeUsedBytes + Math.max(0, allocations - frees) * slotBytes;
    if (allocations > 0 || pageBytes > 0) {
      snapshot.sizeClass(
          new MemorySnapshot.SizeClassUsage(
              slotBytes, allocations, Math.min(frees, allocations), used, pageBytes));
    }
    return used;
  }
}
