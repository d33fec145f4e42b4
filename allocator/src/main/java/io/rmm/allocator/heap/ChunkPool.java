package io.rmm.allocator.heap;

import io.rmm.allocator.source.MountedLock;
import io.rmm.allocator.source.PageSource;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one memory manager: hands out runs of slices for pages, takes them back, and lets
 * what lies idle go back to the operating system.
 *
 * <p><b>Finding a run.</b> {@link ChunkBins} has the chunk with the tightest fit; if none fits, one
 * more is mapped.
 *
 * <p><b>Giving back.</b> At each tick of the clock {@link Decay} decides how much may stay of what
 * is idle, and {@link ChunkMemory} gives back the rest. Only slices that belong to no page are ever
 * touched.
 */
public final class ChunkPool {

  private final MountedLock lock = new MountedLock();
  final ChunkMemory memory;
  private final Decay decay = new Decay();

  /** Bytes of huge blocks that are live, those in memory of arenas included. */
  private final AtomicLong huge = new AtomicLong();

  private volatile long retainedLimit;

  /** The ticks of the clock so far. */
  private long now;

  private boolean closed;

  /** Makes a pool that takes its memory from {@code source}. */
  public ChunkPool(PageSource source, long retainedLimit, ChunkEvents events) {
    this.memory = new ChunkMemory(source, events);
    this.retainedLimit = retainedLimit;
  }

  // ---- pages ----

  /** Makes a page of {@code sizeClass} for {@code owner}. */
  Page takePage(ThreadHeap owner, int sizeClass, PageWait wait) {
    int slices = SizeClasses.pageSlices(sizeClass);
    lock(wait);
    try {
      checkOpen();
      Chunk chunk = memory.withRun(slices);
      int first = chunk.findRun(slices);
      long run = Chunk.mask(first, slices);
      boolean fresh = memory.commit(chunk, run);
      // Made before the slices are taken, so that a full Java heap changes nothing.
      Page page = new Page(owner, sizeClass, chunk, first, fresh);
      chunk.free &= ~run;
      chunk.pages[first] = page;
      memory.bins.place(chunk);
      return page;
    } finally {
      wait.noteAfter(memory);
      lock.unlock();
    }
  }

  /** Makes a page for one huge block, if possible in an extent that held another before. */
  Page takeHuge(ThreadHeap owner, long bytes, long byteAlignment, PageWait wait) {
    long rounded = hugeBytes(bytes);
    lock(wait);
    try {
      checkOpen();
      Chunk chunk = memory.huge(rounded, byteAlignment);
      boolean fresh = memory.commit(chunk, 1);
      Page page = new Page(owner, SizeClasses.HUGE, chunk, 0, fresh);
      HugeChunks.remove(chunk);
      chunk.free = 0;
      chunk.pages[0] = page;
      huge.addAndGet(rounded);
      return page;
    } finally {
      wait.noteAfter(memory);
      lock.unlock();
    }
  }

  private void lock(PageWait wait) {
    if (!lock.tryLock()) {
      lock.lock();
      wait.noteLock();
    }
    wait.noteBefore(memory);
  }

  /** Returns the bytes of the slot that a huge request gets. */
  public static long hugeBytes(long bytes) {
    return HugeChunks.slotBytes(bytes);
  }

  /** Counts memory that an arena is about to take for a block of its own. */
  void adopt(long bytes) {
    lock.lock();
    try {
      memory.checkCommit(bytes);
      memory.committed.addAndGet(bytes);
      memory.reserved.addAndGet(bytes);
      huge.addAndGet(bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Ends what {@link #adopt} began. */
  void disown(long bytes) {
    huge.addAndGet(-bytes);
    memory.committed.addAndGet(-bytes);
    memory.reserved.addAndGet(-bytes);
    memory.returned.addAndGet(bytes);
  }

  /** Takes back a page of which no slot is live. */
  void release(Page page) {
    Chunk chunk = page.chunk;
    if (chunk == null) {
      disown(page.bytes());
      return;
    }
    lock.lock();
    try {
      if (closed) {
        return;
      }
      chunk.pages[page.firstSlice] = null;
      chunk.freedAt = now;
      if (chunk.huge) {
        chunk.free = 1;
        HugeChunks.add(chunk);
        huge.addAndGet(-chunk.extent.bytes());
      } else {
        chunk.free |= Chunk.mask(page.firstSlice, SizeClasses.pageSlices(page.sizeClass));
        memory.bins.place(chunk);
      }
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the memory manager is closed");
    }
  }

  /** Returns the page that {@code address} lies in, if it is one of this pool's. */
  public @Nullable Page pageAt(long address) {
    lock.lock();
    try {
      Chunk chunk = memory.chunkAt(address);
      if (chunk == null) {
        return null;
      }
      long offset = address - chunk.extent.address();
      for (int first = chunk.huge ? 0 : (int) (offset >>> Chunk.SLICE_SHIFT); first >= 0; first--) {
        Page page = chunk.pages[first];
        if (page != null) {
          long pageOffset = address - page.memory.address();
          return pageOffset < page.bytes() ? page : null;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Mends the canary at the end of {@code slot}, unless the page has gone back: under the lock, so
   * that it cannot meanwhile.
   *
   * @return the bits that differed; 0 if there is nothing to mend
   */
  long mendEndCanary(Page page, int slot) {
    Chunk chunk = page.chunk;
    lock.lock();
    try {
      if (closed || chunk == null || chunk.pages[page.firstSlice] != page) {
        return 0;
      }
      long damage = page.endCanaryDamage(slot);
      if (damage != 0) {
        page.setEndCanary(slot);
      }
      return damage;
    } finally {
      lock.unlock();
    }
  }

  // ---- giving back ----

  /** Gives memory back that has lain idle. Called four times a second. */
  void tick() {
    lock.lock();
    try {
      now++;
      long idle = memory.idleBytes();
      long kept = decay.tick(idle, retainedLimit);
      memory.keep(kept, decay.isLimited() ? "limit" : "idle");
      decay.settle(memory.idleBytes());
    } finally {
      lock.unlock();
    }
  }

  /** Gives back all memory that belongs to no page. */
  void purge(String cause) {
    lock.lock();
    try {
      long _ = memory.purge(cause);
    } finally {
      lock.unlock();
    }
  }

  /** Gives everything back for good, live blocks included. */
  void close() {
    lock.lock();
    try {
      closed = true;
      for (Chunk chunk : memory.byAddress.values()) {
        if (chunk.huge && chunk.pages[0] != null) {
          chunk.pages[0].closeIds();
          huge.addAndGet(-chunk.extent.bytes());
        }
      }
      memory.close();
    } finally {
      lock.unlock();
    }
  }

  // ---- settings and readings ----

  /** Sets how much may be committed at the most. */
  public void setCommitLimit(long bytes) {
    memory.commitLimit = bytes;
  }

  /** Sets {@link io.rmm.allocator.TuningKnob#RETAINED_BYTES}. */
  public void setRetainedLimit(long bytes) {
    retainedLimit = bytes;
  }

  /** Returns what {@link #setRetainedLimit} set. */
  public long retainedLimit() {
    return retainedLimit;
  }

  /** Returns the bytes backed by memory. */
  public long committedBytes() {
    return memory.committed.get();
  }

  /** Returns the bytes of address space. */
  public long reservedBytes() {
    return memory.reserved.get();
  }

  /** Returns the bytes given back so far. */
  public long returnedBytes() {
    return memory.returned.get();
  }

  /**
   * Returns how often this pool has asked the page source for memory or given memory back to it:
   * one system call each. What the source does for all pools (reserving address space) is left out.
   */
  public long systemCalls() {
    return memory.systemCalls.get();
  }

  /** Returns the bytes of the huge blocks that are live; 0 once the pool is closed. */
  long hugeBytes() {
    return huge.get();
  }
}
