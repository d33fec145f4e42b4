package io.rmm.allocator.heap;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.source.Extent;
import io.rmm.allocator.source.PageSource;
import io.rmm.allocator.source.SystemCallException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one memory manager: hands out runs of slices for pages, takes them back, and gives
 * what lies idle back to the operating system.
 *
 * <p><b>Finding a run.</b> {@link ChunkBins} has the chunk with the tightest fit; if none fits, one
 * more is mapped.
 *
 * <p><b>Giving back.</b> The clock calls {@link #tick}: slices that were free at two looks one idle
 * period apart go back (bytes up to the retained limit), and whatever is idle above the retained
 * limit goes back at once. Only slices that belong to no page are ever touched.
 *
 * <p><b>The commit limit.</b> Containers die of committed memory. So what is committed stays below
 * the root budget's hard limit too: a request that would pass it first gives back all that is idle,
 * and is refused if that is not enough.
 */
public final class ChunkPool {

  /** The least that the operating systems we know hand out. */
  private static final long SYSTEM_PAGE = 4096;

  /** log2 of the huge sizes per doubling: wastes an eighth at most, and lets extents be reused. */
  private static final int HUGE_STEPS_SHIFT = 3;

  private final PageSource source;
  private final ChunkEvents events;
  private final ReentrantLock lock = new ReentrantLock();
  private final ChunkBins bins = new ChunkBins();
  final TreeMap<Long, Chunk> byAddress = new TreeMap<>();
  private final Map<Long, List<Chunk>> unusedHuge = new HashMap<>();
  private final AtomicLong committed = new AtomicLong();
  private final AtomicLong adopted = new AtomicLong();
  private final AtomicLong reserved = new AtomicLong();
  private final AtomicLong returned = new AtomicLong();
  private final AtomicLong systemCalls = new AtomicLong();
  private volatile long commitLimit = Long.MAX_VALUE;
  private volatile long retainedLimit;
  private boolean closed;

  /** Makes a pool that takes its memory from {@code source}. */
  public ChunkPool(PageSource source, long retainedLimit, ChunkEvents events) {
    this.source = source;
    this.retainedLimit = retainedLimit;
    this.events = events;
  }

  // ---- pages ----

  /** Makes a page of {@code sizeClass} for {@code owner}. */
  Page takePage(ThreadHeap owner, int sizeClass) {
    int slices = SizeClasses.pageSlices(sizeClass);
    lock.lock();
    try {
      Chunk chunk = chunkWithRun(slices);
      int first = chunk.findRun(slices);
      long run = Chunk.mask(first, slices);
      boolean fresh = commit(chunk, run);
      // Made before the slices are taken, so that a full Java heap changes nothing.
      Page page = new Page(owner, sizeClass, chunk, first, fresh);
      chunk.free &= ~run;
      chunk.idle &= ~run;
      chunk.pages[first] = page;
      bins.place(chunk);
      return page;
    } finally {
      lock.unlock();
    }
  }

  /** Makes a page for one huge block, if possible in an extent that held another before. */
  Page takeHuge(ThreadHeap owner, long bytes, long byteAlignment) {
    long rounded = hugeBytes(bytes);
    lock.lock();
    try {
      Chunk chunk = unusedHuge(rounded, byteAlignment);
      if (chunk == null) {
        checkCommit(rounded);
        chunk = newChunk(rounded, Math.max(byteAlignment, Chunk.BYTES), true);
        unusedHuge(rounded).add(chunk);
      }
      boolean fresh = commit(chunk, 1);
      Page page = new Page(owner, SizeClasses.HUGE, chunk, 0, fresh);
      unusedHuge(rounded).remove(chunk);
      chunk.free = 0;
      chunk.idle = 0;
      chunk.pages[0] = page;
      return page;
    } finally {
      lock.unlock();
    }
  }

  private List<Chunk> unusedHuge(long bytes) {
    return unusedHuge.computeIfAbsent(bytes, _ -> new ArrayList<>());
  }

  private @Nullable Chunk unusedHuge(long bytes, long byteAlignment) {
    for (Chunk chunk : unusedHuge(bytes)) {
      if ((chunk.extent.address() & (byteAlignment - 1)) == 0) {
        return chunk;
      }
    }
    return null;
  }

  /** Returns the bytes of the slot that a huge request gets. */
  public static long hugeBytes(long bytes) {
    long step = Math.max(SYSTEM_PAGE, Long.highestOneBit(bytes) >>> HUGE_STEPS_SHIFT);
    return Math.max(SYSTEM_PAGE, (bytes + step - 1) & -step);
  }

  /** Counts memory that an arena is about to take for a block of its own. */
  void adopt(long bytes) {
    lock.lock();
    try {
      checkCommit(bytes);
      committed.addAndGet(bytes);
      reserved.addAndGet(bytes);
      adopted.addAndGet(bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Ends what {@link #adopt} began. */
  void disown(long bytes) {
    adopted.addAndGet(-bytes);
    committed.addAndGet(-bytes);
    reserved.addAndGet(-bytes);
    returned.addAndGet(bytes);
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
      if (chunk.huge) {
        chunk.free = 1;
        unusedHuge(chunk.extent.bytes()).add(chunk);
      } else {
        chunk.free |= Chunk.mask(page.firstSlice, SizeClasses.pageSlices(page.sizeClass));
        bins.place(chunk);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the page that {@code address} lies in, if it is one of this pool's. */
  public @Nullable Page pageAt(long address) {
    lock.lock();
    try {
      var entry = byAddress.floorEntry(address);
      if (entry == null) {
        return null;
      }
      Chunk chunk = entry.getValue();
      long offset = address - chunk.extent.address();
      if (offset >= chunk.extent.bytes()) {
        return null;
      }
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

  // ---- memory; under the lock ----

  private Chunk chunkWithRun(int slices) {
    Chunk chunk = bins.tightest(slices);
    if (chunk != null) {
      return chunk;
    }
    checkCommit(source.isLazy() ? (long) slices << Chunk.SLICE_SHIFT : Chunk.BYTES);
    Chunk fresh = newChunk(Chunk.BYTES, Chunk.BYTES, false);
    bins.place(fresh);
    return fresh;
  }

  private Chunk newChunk(long bytes, long alignment, boolean huge) {
    Chunk chunk = new Chunk(map(bytes, alignment), huge);
    byAddress.put(chunk.extent.address(), chunk);
    if (!source.isLazy()) {
      chunk.committed = chunk.free;
      committed.addAndGet(bytes);
    }
    return chunk;
  }

  private Extent map(long bytes, long alignment) {
    if (closed) {
      throw new IllegalStateException("the memory manager is closed");
    }
    long start = System.nanoTime();
    Extent extent;
    try {
      extent = mapOrPurge(bytes, alignment);
    } catch (SystemCallException e) {
      OutOfMemoryError error =
          new OutOfMemoryError(
              "the operating system has no "
                  + bytes
                  + " bytes of memory more: "
                  + e.getMessage()
                  + "; RMM has committed "
                  + committed.get()
                  + " of "
                  + reserved.get()
                  + " reserved bytes");
      error.initCause(e);
      throw error;
    }
    reserved.addAndGet(bytes);
    events.add(
        new ChunkEvent(
            ChunkEvent.Kind.MAP, bytes, source.name(), System.nanoTime() - start, "demand"));
    return extent;
  }

  private Extent mapOrPurge(long bytes, long alignment) {
    try {
      systemCalls.incrementAndGet();
      return source.map(bytes, alignment);
    } catch (SystemCallException e) {
      // What lies idle here may be what the system lacks.
      if (purgeLocked(0, "pressure") == 0) {
        throw e;
      }
      systemCalls.incrementAndGet();
      return source.map(bytes, alignment);
    }
  }

  /**
   * Counts {@code run} as backed by memory. Returns whether all of it holds zeros: what an extent
   * has never given out, or has discarded since, does.
   */
  private boolean commit(Chunk chunk, long run) {
    checkCommit(chunk.bytes(run & ~chunk.committed));
    // A purge may just have taken the memory of this very run: then look once more.
    long bytes = chunk.bytes(run & ~chunk.committed);
    checkCommit(bytes);
    boolean fresh = (chunk.committed & run) == 0;
    chunk.committed |= run;
    committed.addAndGet(bytes);
    return fresh;
  }

  private void checkCommit(long bytes) {
    long limit = commitLimit;
    // What is committed already is nobody's to refuse: to purge for it could take the very chunk
    // that the caller is about to use, where a limit has been lowered below what is committed.
    if (bytes > 0 && bytes > limit - committed.get()) {
      purgeLocked(0, "pressure");
      if (bytes > limit - committed.get()) {
        throw new CommitRefused(committed.get(), limit);
      }
    }
  }

  // ---- giving back ----

  /**
   * Gives memory back that has lain idle.
   *
   * @param idleEnds whether an idle period ends with this tick
   */
  void tick(boolean idleEnds) {
    lock.lock();
    try {
      purgeLocked(retainedLimit, "limit");
      if (idleEnds) {
        giveBack(
            "idle",
            Long.MAX_VALUE,
            chunk -> {
              long idle = chunk.idle;
              chunk.idle = chunk.free & chunk.committed & ~idle;
              return idle;
            });
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives back all memory that belongs to no page. */
  void purge(String cause) {
    lock.lock();
    try {
      purgeLocked(0, cause);
    } finally {
      lock.unlock();
    }
  }

  /** Gives back what lies idle above {@code keep} bytes; returns how many bytes went back. */
  private long purgeLocked(long keep, String cause) {
    long excess = idleBytes() - keep;
    return excess <= 0 ? 0 : giveBack(cause, excess, chunk -> chunk.free & chunk.committed);
  }

  /**
   * Gives back the slices that {@code choice} names, chunk by chunk, until {@code enough} bytes
   * have gone back; returns how many have.
   */
  private long giveBack(String cause, long enough, ToLongFunction<Chunk> choice) {
    long start = System.nanoTime();
    long bytes = 0;
    // A copy, because giving back a whole chunk takes it out of the map.
    for (Chunk chunk : byAddress.values().toArray(new Chunk[0])) {
      if (bytes >= enough) {
        break;
      }
      long slices = choice.applyAsLong(chunk) & chunk.free & chunk.committed;
      if (slices != 0) {
        bytes += discard(chunk, slices);
      }
    }
    countReturned(bytes, start, cause);
    return bytes;
  }

  private long idleBytes() {
    long idle = 0;
    for (Chunk chunk : byAddress.values()) {
      idle += chunk.bytes(chunk.free & chunk.committed);
    }
    return idle;
  }

  private long discard(Chunk chunk, long slices) {
    if (!source.isLazy()) {
      // Such a chunk can only go back as a whole.
      return chunk.isUnused() ? retire(chunk) : 0;
    }
    long done = 0;
    for (long rest = slices; rest != 0; ) {
      int first = Long.numberOfTrailingZeros(rest);
      int count = Long.numberOfTrailingZeros(~(rest >>> first));
      try {
        systemCalls.incrementAndGet();
        chunk.extent.discard(
            (long) first << Chunk.SLICE_SHIFT, chunk.bytes(Chunk.mask(first, count)));
        done |= Chunk.mask(first, count);
      } catch (SystemCallException e) {
        // They stay committed, and a later tick tries again.
        events.failed(e);
      }
      rest &= ~Chunk.mask(first, count);
    }
    chunk.committed &= ~done;
    chunk.idle &= ~done;
    committed.addAndGet(-chunk.bytes(done));
    return chunk.bytes(done);
  }

  /**
   * Gives a chunk back for good, and returns how many bytes were committed. One that cannot be
   * given back now stays where it is, usable, and is tried again when it is next found idle.
   */
  private long retire(Chunk chunk) {
    try {
      systemCalls.incrementAndGet();
      chunk.extent.retire();
    } catch (SystemCallException | IllegalStateException e) {
      events.failed(e);
      return 0;
    }
    byAddress.remove(chunk.extent.address());
    if (chunk.huge) {
      unusedHuge(chunk.extent.bytes()).remove(chunk);
    } else {
      bins.remove(chunk);
    }
    long bytes = chunk.bytes(chunk.committed);
    committed.addAndGet(-bytes);
    reserved.addAndGet(-chunk.extent.bytes());
    return bytes;
  }

  private void countReturned(long bytes, long start, String cause) {
    if (bytes > 0) {
      returned.addAndGet(bytes);
      events.add(
          new ChunkEvent(
              ChunkEvent.Kind.UNMAP, bytes, source.name(), System.nanoTime() - start, cause));
    }
  }

  /** Gives everything back for good, live blocks included. */
  void close() {
    lock.lock();
    try {
      closed = true;
      long start = System.nanoTime();
      long bytes = 0;
      for (Chunk chunk : byAddress.values().toArray(new Chunk[0])) {
        if (chunk.huge && chunk.pages[0] != null) {
          chunk.pages[0].closeIds();
        }
        bytes += retire(chunk);
      }
      // There will be no further tick for what could not go: its memory at least must.
      for (Chunk chunk : byAddress.values().toArray(new Chunk[0])) {
        long retired = retire(chunk);
        bytes += retired > 0 || !source.isLazy() ? retired : discard(chunk, chunk.committed);
      }
      countReturned(bytes, start, "close");
      bins.clear();
    } finally {
      lock.unlock();
    }
  }

  // ---- settings and readings ----

  /** Sets how much may be committed at the most. */
  public void setCommitLimit(long bytes) {
    commitLimit = bytes;
  }

  /** Sets how many idle bytes may stay committed until they have lain idle for a period. */
  public void setRetainedLimit(long bytes) {
    retainedLimit = bytes;
  }

  /** Returns what {@link #setRetainedLimit} set. */
  public long retainedLimit() {
    return retainedLimit;
  }

  /** Returns the bytes backed by memory. */
  public long committedBytes() {
    return committed.get();
  }

  /** Returns the bytes of address space. */
  public long reservedBytes() {
    return reserved.get();
  }

  /** Returns the bytes given back so far. */
  public long returnedBytes() {
    return returned.get();
  }

  /**
   * Returns how often this pool has asked the page source for memory or given memory back to it:
   * one system call each. What the source does for all pools (reserving address space) is left out.
   */
  public long systemCalls() {
    return systemCalls.get();
  }

  /** Returns the bytes of the huge blocks that are live. */
  long hugeBytes() {
    lock.lock();
    try {
      long bytes = adopted.get();
      for (Chunk chunk : byAddress.values()) {
        bytes += chunk.huge && chunk.pages[0] != null ? chunk.extent.bytes() : 0;
      }
      return bytes;
    } finally {
      lock.unlock();
    }
  }
}
