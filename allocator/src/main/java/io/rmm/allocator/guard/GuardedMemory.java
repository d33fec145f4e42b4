package io.rmm.allocator.guard;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.log.Log;
import io.rmm.allocator.postmortem.Slot;
import io.rmm.allocator.postmortem.SlotTable;
import io.rmm.allocator.source.GuardPages;
import io.rmm.allocator.source.NoAddressSpaceException;
import io.rmm.allocator.source.SystemCallException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One address range in which all is sealed but the pages of live guarded blocks; all managers with
 * the same page source share it.
 *
 * <pre>
 *   | sealed | pages of a block | sealed | pages of another, longer | sealed ...
 * </pre>
 *
 * <p><b>Order.</b> Blocks take their pages one behind the other, and from the start again at the
 * end, around those that are live: so what was freed stays sealed for as long as that allows, which
 * is what finds a late use of it. A block of one page takes two of address space, and of those the
 * range has {@value #REGION_BYTES} bytes; what is known of freed blocks is forgotten much sooner,
 * with the {@value #MAX_KNOWN} blocks that are known at once. Then an access to them is refused all
 * the same, but not explained.
 *
 * <p><b>Cost.</b> A call to open the pages, one to seal them, and a fault for each page that is
 * touched. Each live block splits a mapping of the process in three. Freed ones cost no memory: a
 * sealed page is one of an empty file.
 *
 * <p><b>When the operating system refuses.</b> Without the range there are no guarded blocks, which
 * the log says once. A block whose pages cannot be opened goes without. Pages that cannot be sealed
 * keep their memory and are never used again, unless a later try succeeds: after a failed call the
 * kernel may have left them unmapped, and what it would map there is not ours to touch.
 */
final class GuardedMemory {

  /** A 64th of what is reserved at a time, and room for all blocks known, of 256 KiB on average. */
  static final long REGION_BYTES = 1L << 30;

  /** A quarter of the default budget: larger blocks are few, and would use it up. */
  static final long MAX_BLOCK_BYTES = 1L << 20;

  /**
   * Blocks known at once, live and freed. Were all of them live they would need twice as many
   * mappings, an eighth of the 65,530 that Linux gives a process.
   */
  static final int MAX_KNOWN = 4096;

  private static final Map<GuardPages, GuardedMemory> ALL = new ConcurrentHashMap<>();

  private final GuardPages pages;
  private final ReentrantLock lock = new ReentrantLock();

  /** Live blocks, and freed ones that are known, by the start of their pages. */
  private final TreeMap<Long, GuardedBlock> known = new TreeMap<>();

  /** Those of them that are freed and sealed, the oldest first. */
  private final SequencedSet<GuardedBlock> freed = new LinkedHashSet<>();

  private final Deque<GuardedBlock> parked = new ArrayDeque<>();
  private volatile boolean prepared;
  private volatile boolean ready;
  private volatile long pageSize;
  private long regionStart;
  private long regionEnd;
  private long cursor;
  private final AtomicBoolean refusalTold = new AtomicBoolean();

  private GuardedMemory(GuardPages pages) {
    this.pages = pages;
  }

  /** Returns the range that is made of {@code pages}; to be {@linkplain #prepare prepared}. */
  static GuardedMemory of(GuardPages pages) {
    return ALL.computeIfAbsent(pages, GuardedMemory::new);
  }

  /** Reserves the range and opens the table, once. Takes some milliseconds. */
  void prepare() {
    try {
      if (!prepared && reserve()) {
        SlotTable.ofProcess().open(pageSize, regionStart, regionEnd);
        ready = true;
      }
    } catch (SystemCallException
        | NoAddressSpaceException
        | UnsupportedOperationException
        | OutOfMemoryError e) {
      // Like all that is logged, outside the lock: whoever writes the log may wait for others.
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "no blocks are guarded by pages, only by patterns: {0}",
              e.getMessage());
    }
  }

  /** Returns false if another thread has done it, or tried to. */
  private boolean reserve() {
    lock.lock();
    try {
      if (prepared) {
        return false;
      }
      prepared = true;
      pageSize = pages.pageSize();
      regionStart = pages.reserve(REGION_BYTES);
      regionEnd = regionStart + REGION_BYTES;
      cursor = regionStart + pageSize;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether blocks can be had. */
  boolean isReady() {
    return ready;
  }

  /** Returns the bytes of the pages that a block needs. */
  long pageBytes(long byteSize) {
    // One page for an empty block too: where it lies, no byte may be touched.
    return Math.max(1, (byteSize + pageSize - 1) / pageSize) * pageSize;
  }

  /** Tells whether a block of that size and alignment can be guarded. */
  boolean fits(long byteSize, long alignment) {
    return ready && byteSize <= MAX_BLOCK_BYTES && alignment <= pageSize;
  }

  // ---- taking ----

  /** Returns a block with pages of its own, open and zeroed, or null if there are none. */
  @Nullable GuardedBlock take(
      Guards owner,
      Page page,
      int pageSlot,
      long blockId,
      long byteSize,
      long alignment,
      String budget) {
    GuardedBlock block = place(owner, page, pageSlot, blockId, byteSize, alignment, budget);
    if (block == null) {
      return null;
    }
    try {
      pages.open(block.slot.start(), block.slot.pageBytes());
      return block;
    } catch (SystemCallException e) {
      tellRefusal(e);
      block.state.set(GuardedBlock.State.ENDING);
      boolean _ = seal(block);
      return null;
    } catch (OutOfMemoryError e) {
      // The call was not made: it needs some Java heap, as the next one would.
      park(block);
      return null;
    }
  }

  private @Nullable GuardedBlock place(
      Guards owner,
      Page page,
      int pageSlot,
      long blockId,
      long byteSize,
      long alignment,
      String budget) {
    long bytes = pageBytes(byteSize);
    boolean atEnd = ThreadLocalRandom.current().nextBoolean();
    lock.lock();
    try {
      long start = findRoom(bytes + pageSize);
      if (start < 0) {
        return null;
      }
      forget(start, start + bytes + pageSize);
      if (known.size() >= MAX_KNOWN && !forgetOldest()) {
        return null;
      }
      long end = start + bytes;
      // All blocks are aligned to a granule, whatever less is asked for.
      long address = atEnd ? (end - byteSize) & -Math.max(alignment, SizeClasses.GRANULE) : start;
      GuardedBlock block =
          new GuardedBlock(
              owner, page, pageSlot, new Slot(start, end, address, blockId, byteSize), budget);
      known.put(start, block);
      cursor = end + pageSize;
      return block;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the next address behind which that many bytes are no live block's, or -1. */
  private long findRoom(long bytes) {
    long from = cursor;
    boolean wrapped = false;
    while (true) {
      if (regionEnd - from < bytes) {
        if (wrapped) {
          return -1;
        }
        wrapped = true;
        from = regionStart + pageSize;
        continue;
      }
      GuardedBlock obstacle = lastLive(from, from + bytes);
      if (obstacle == null) {
        return from;
      }
      from = obstacle.slot.end() + pageSize;
    }
  }

  private @Nullable GuardedBlock lastLive(long from, long to) {
    var entry = known.lowerEntry(to);
    while (entry != null && entry.getValue().slot.end() + pageSize > from) {
      if (!freed.contains(entry.getValue())) {
        return entry.getValue();
      }
      entry = known.lowerEntry(entry.getKey());
    }
    return null;
  }

  /** Forgets the freed blocks whose pages, or guard, lie in the range. */
  private void forget(long from, long to) {
    var entry = known.lowerEntry(to);
    while (entry != null && entry.getValue().slot.end() + pageSize > from) {
      forget(entry.getValue());
      entry = known.lowerEntry(entry.getKey());
    }
  }

  private boolean forgetOldest() {
    if (freed.isEmpty()) {
      return false;
    }
    forget(freed.getFirst());
    return true;
  }

  private void forget(GuardedBlock block) {
    block.forget();
    freed.remove(block);
    known.remove(block.slot.start());
  }

  // ---- giving back ----

  /** Seals the pages of a block whose state is {@code ENDING}; tells whether that went well. */
  boolean seal(GuardedBlock block) {
    try {
      pages.seal(block.slot.start(), block.slot.pageBytes());
      lock.lock();
      try {
        freed.add(block);
        block.state.set(GuardedBlock.State.FREED);
      } finally {
        lock.unlock();
      }
      return true;
    } catch (SystemCallException e) {
      tellRefusal(e);
      park(block);
      return false;
    } catch (OutOfMemoryError e) {
      park(block);
      return false;
    }
  }

  private void park(GuardedBlock block) {
    lock.lock();
    try {
      block.state.set(GuardedBlock.State.PARKED);
      parked.add(block);
    } finally {
      lock.unlock();
    }
  }

  /** Tries again to seal what could not be sealed. By the clock. */
  void sealParked() {
    int tries;
    lock.lock();
    try {
      tries = parked.size();
    } finally {
      lock.unlock();
    }
    for (; tries > 0; tries--) {
      GuardedBlock block = pollParked();
      if (block == null || !seal(block)) {
        return;
      }
      block.owner.forget(block);
    }
  }

  private @Nullable GuardedBlock pollParked() {
    lock.lock();
    try {
      return parked.poll();
    } finally {
      lock.unlock();
    }
  }

  private void tellRefusal(Throwable refusal) {
    if (refusalTold.compareAndSet(false, true)) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "a block goes without guard pages, or stays in them: {0}",
              refusal.getMessage());
    }
  }

  // ---- knowledge ----

  /** Returns the block in whose pages, or in the guard behind them, {@code address} lies. */
  @Nullable GuardedBlock find(long address) {
    lock.lock();
    try {
      var entry = known.floorEntry(address);
      return entry == null || address - entry.getValue().slot.end() >= pageSize
          ? null
          : entry.getValue();
    } finally {
      lock.unlock();
    }
  }
}
