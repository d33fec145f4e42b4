package io.rmm.allocator.heap;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.source.Extent;
import io.rmm.allocator.source.PageSource;
import io.rmm.allocator.source.SystemCallException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory behind the chunks of a {@link ChunkPool}: maps it, commits it, gives it back, and
 * keeps the counts. How much goes back is decided by the pool and its {@link Decay}; which, is
 * decided here.
 *
 * <p><b>Which memory goes first.</b> Chunks that are wholly free, since they are used last, and of
 * those the ones that have been free longest; then free slices of others, in the same order. A huge
 * chunk, and any of a source that cannot give back parts, goes as a whole: when at least half of it
 * may not stay, so that no more or less stays than may, on the mean.
 *
 * <p><b>Huge pages.</b> A chunk is as large as one, and aligned so. Where the source has them, the
 * first touch makes all of a chunk resident, and so it counts as committed. To discard a part would
 * split the huge page under the live rest, for ever slower; so the clock gives back only whole
 * chunks then, and parts of others go when they are asked for, or needed because the limit is
 * reached or the system has no more.
 *
 * <p><b>The commit limit.</b> Containers die of committed memory. So what is committed stays below
 * the root budget's hard limit too: a request that would pass it first gives back all that is idle,
 * and is refused if that is not enough.
 *
 * <p>Guarded by the pool's lock, but for the readings.
 */
final class ChunkMemory {

  private static final Comparator<Chunk> USED_LAST_AND_FREE_LONGEST =
      Comparator.comparing((Chunk chunk) -> !chunk.isUnused())
          .thenComparingLong(chunk -> chunk.freedAt);

  private final PageSource source;
  private final ChunkEvents events;
  final TreeMap<Long, Chunk> byAddress = new TreeMap<>();
  final ChunkBins bins = new ChunkBins();
  final HugeChunks huge = new HugeChunks();
  final AtomicLong committed = new AtomicLong();
  final AtomicLong reserved = new AtomicLong();
  final AtomicLong returned = new AtomicLong();

  /** How long it has taken to get memory from the operating system so far. */
  long mapNanos;

  /** How long it has taken so far to give memory back because some was needed elsewhere. */
  long pressureNanos;

  final AtomicLong systemCalls = new AtomicLong();
  volatile long commitLimit = Long.MAX_VALUE;

  ChunkMemory(PageSource source, ChunkEvents events) {
    this.source = source;
    this.events = events;
  }

  /** Returns the chunk that {@code address} lies in, or null. */
  @Nullable Chunk chunkAt(long address) {
    var entry = byAddress.floorEntry(address);
    return entry == null || address - entry.getKey() >= entry.getValue().extent.bytes()
        ? null
        : entry.getValue();
  }

  // ---- taking ----

  /** Returns a chunk with a run of {@code slices} free ones. */
  Chunk withRun(int slices) {
    Chunk chunk = bins.tightest(slices);
    if (chunk != null) {
      return chunk;
    }
    checkCommit(hasParts() ? (long) slices << Chunk.SLICE_SHIFT : Chunk.BYTES);
    return map(Chunk.BYTES, Chunk.BYTES, null);
  }

  /** Returns a chunk for a huge block, if possible one that held another before. */
  Chunk huge(long bytes, long byteAlignment) {
    HugeChunks.Shelf shelf = huge.shelf(bytes);
    Chunk chunk = HugeChunks.find(shelf, byteAlignment);
    if (chunk != null) {
      return chunk;
    }
    checkCommit(bytes);
    return map(bytes, Math.max(byteAlignment, Chunk.BYTES), shelf);
  }

  private Chunk map(long bytes, long alignment, HugeChunks.@Nullable Shelf shelf) {
    long start = System.nanoTime();
    Extent extent = extent(bytes, alignment);
    Chunk chunk;
    try {
      chunk = new Chunk(extent, shelf);
      byAddress.put(extent.address(), chunk);
    } catch (OutOfMemoryError e) {
      // The Java heap is full, and an extent that is in no list would never go back.
      extent.retire();
      throw e;
    }
    // From here on, nothing fails for want of Java heap.
    reserved.addAndGet(bytes);
    if (!source.isLazy()) {
      chunk.committed = chunk.free;
      committed.addAndGet(bytes);
    }
    if (shelf != null) {
      HugeChunks.add(chunk);
    } else {
      bins.place(chunk);
    }
    mapNanos += System.nanoTime() - start;
    tell(ChunkEvent.Kind.MAP, bytes, start, "demand");
    return chunk;
  }

  private Extent extent(long bytes, long alignment) {
    try {
      return mapOrPurge(bytes, alignment);
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
  }

  /**
   * Notes an event, if the Java heap has room for it. If not, listeners miss it, and the counters
   * have it all the same: what was done to memory has been done.
   */
  private void tell(ChunkEvent.Kind kind, long bytes, long start, String cause) {
    try {
      events.add(new ChunkEvent(kind, bytes, source.name(), System.nanoTime() - start, cause));
    } catch (OutOfMemoryError e) {
      // Listeners miss it.
    }
  }

  private Extent mapOrPurge(long bytes, long alignment) {
    try {
      systemCalls.incrementAndGet();
      return source.map(bytes, alignment);
    } catch (SystemCallException e) {
      // What lies idle here may be what the system lacks.
      if (purge("pressure") == 0) {
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
  boolean commit(Chunk chunk, long run) {
    checkCommit(chunk.bytes(touched(chunk, run)));
    // A purge may just have taken the memory of this very run: then look once more.
    long touched = touched(chunk, run);
    long bytes = chunk.bytes(touched);
    checkCommit(bytes);
    boolean fresh = (chunk.committed & run) == 0;
    chunk.committed |= touched;
    committed.addAndGet(bytes);
    return fresh;
  }

  /** Returns the slices that memory must be found for when {@code run} is to be backed by it. */
  private long touched(Chunk chunk, long run) {
    long missing = run & ~chunk.committed;
    return missing == 0 || hasParts() ? missing : chunk.all() & ~chunk.committed;
  }

  /** Tells whether a part of a chunk gets memory, and loses it, without the others. */
  private boolean hasParts() {
    return source.isLazy() && !source.hasHugePages();
  }

  /** Refuses to commit {@code bytes} more than there are, if the limit does not allow it. */
  void checkCommit(long bytes) {
    long limit = commitLimit;
    // What is committed already is nobody's to refuse: to purge for it could take the very chunk
    // that the caller is about to use, where a limit has been lowered below what is committed.
    if (bytes > 0 && bytes > limit - committed.get()) {
      long start = System.nanoTime();
      long _ = purge("pressure");
      pressureNanos += System.nanoTime() - start;
      if (bytes > limit - committed.get()) {
        throw new CommitRefused(committed.get(), limit);
      }
    }
  }

  // ---- giving back ----

  /** Returns the bytes that could be given back without the split of a huge page. */
  long idleBytes() {
    return idleBytes(hasParts());
  }

  private long idleBytes(boolean parts) {
    long idle = 0;
    for (Chunk chunk : byAddress.values()) {
      if (parts || chunk.isUnused()) {
        idle += chunk.bytes(chunk.idle());
      }
    }
    return idle;
  }

  /** Gives back what is idle above {@code bytes}, but splits no huge page. */
  void keep(long bytes, String cause) {
    long excess = idleBytes() - bytes;
    if (excess > 0) {
      long _ = giveBack(excess, hasParts(), cause);
    }
  }

  /** Gives back all that is idle; returns how many bytes that was. */
  long purge(String cause) {
    return giveBack(Long.MAX_VALUE, source.isLazy(), cause);
  }

  private long giveBack(long enough, boolean parts, String cause) {
    long start = System.nanoTime();
    // A copy too because giving back a whole chunk may take it out of the map.
    List<Chunk> idle = new ArrayList<>();
    for (Chunk chunk : byAddress.values()) {
      if (chunk.idle() != 0) {
        idle.add(chunk);
      }
    }
    idle.sort(USED_LAST_AND_FREE_LONGEST);
    long bytes = 0;
    for (Chunk chunk : idle) {
      if (bytes < enough) {
        bytes += giveBack(chunk, enough - bytes, parts);
      }
    }
    countReturned(bytes, start, cause);
    return bytes;
  }

  /** Gives back about {@code enough} bytes of the idle slices of {@code chunk}, or all of them. */
  private long giveBack(Chunk chunk, long enough, boolean parts) {
    if (!parts || chunk.huge) {
      return chunk.isUnused() && chunk.extent.bytes() / 2 <= enough ? giveBack(chunk) : 0;
    }
    long slices = chunk.idle();
    long most = ((enough >> (Chunk.SLICE_SHIFT - 1)) + 1) >> 1;
    for (int tooMany = Long.bitCount(slices); tooMany > most; tooMany--) {
      // The first ones stay, because they are used first.
      slices &= slices - 1;
    }
    long bytes = discard(chunk, slices);
    bins.place(chunk);
    return bytes;
  }

  /** Gives back a chunk in which no page stands. */
  private long giveBack(Chunk chunk) {
    if (!source.isLazy()) {
      return retire(chunk);
    }
    long bytes = discard(chunk, chunk.idle());
    if (!chunk.huge) {
      bins.place(chunk);
    }
    return bytes;
  }

  /** Gives the memory of {@code slices} back; returns how many bytes that was. */
  private long discard(Chunk chunk, long slices) {
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
    committed.addAndGet(-chunk.bytes(done));
    return chunk.bytes(done);
  }

  /**
   * Gives a chunk back for good, and returns how many bytes were committed. One that cannot be
   * given back now stays where it is, usable, and is tried again when it is next found idle.
   */
  private long retire(Chunk chunk) {
    // An object, for which there may be no room: made before anything has happened.
    Long address = chunk.extent.address();
    try {
      systemCalls.incrementAndGet();
      chunk.extent.retire();
    } catch (SystemCallException | IllegalStateException e) {
      events.failed(e);
      return 0;
    }
    byAddress.remove(address);
    if (chunk.huge) {
      HugeChunks.remove(chunk);
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
      tell(ChunkEvent.Kind.UNMAP, bytes, start, cause);
    }
  }

  /** Gives everything back for good, live blocks included. */
  void close() {
    long start = System.nanoTime();
    long bytes = 0;
    for (Chunk chunk : byAddress.values().toArray(new Chunk[0])) {
      bytes += retire(chunk);
    }
    // There will be no further tick for what could not go: its memory at least must.
    for (Chunk chunk : byAddress.values().toArray(new Chunk[0])) {
      long retired = retire(chunk);
      bytes += retired > 0 || !source.isLazy() ? retired : discard(chunk, chunk.committed);
    }
    countReturned(bytes, start, "close");
    bins.clear();
  }
}
