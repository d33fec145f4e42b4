package io.rmm.allocator.heap;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A run of equal-sized slots, owned by one {@link ThreadHeap} for its whole life.
 *
 * <p><b>Identity.</b> {@link #ids} says of each slot what stands in it: a positive number is the id
 * of the live block, a negative one the complement of the id of the block that was freed last, 0
 * means never used. Ids are never given twice in a process, so the id doubles as the slot's
 * generation: freeing turns {@code id} into {@code ~id}, by compare-and-set where others may free
 * the slot too (see {@link Hold}). That decides exactly one winner among any number of threads, and
 * a stale handle fails it after any number of reuses of the slot. Two bits besides mark live blocks
 * that may be freed in another way ({@link #SHARED}, {@link #DETACHED}), so that a plain free of
 * them fails into the slow path without a check of its own. Why an array of the page and not a
 * field of the handle: an object whose field is the target of a compare-and-set is never
 * scalar-replaced.
 *
 * <p><b>Free slots.</b> {@link #free} has a bit for each free slot, but for those of the word that
 * the {@link Bin} takes slots from, and belongs to whoever holds the owning heap: no atomics. A
 * thread that does not hold it sets the bit in {@link #remote} by one atomic OR instead, and, if
 * the page does not wait there already, pushes the page on its bin's queue. A slot is thus in
 * exactly one of four states: live, free, remotely freed, or between the two steps of its free,
 * where one that is freed by its address rests for a while, and one in quarantine for longer.
 *
 * <p>Metadata stands on the Java heap, out of reach of stray writes to the memory it describes: 8
 * bytes a slot for the id, and two bits. A page object is never used for another page; after its
 * slices went back, stale handles keep failing on its array.
 */
public final class Page extends SlotMemory {

  /** The bit of {@link #ids} that says: live, with several handles. */
  public static final long SHARED = 1L << 62;

  /** The bit of {@link #ids} that says: live, to be freed by address. */
  public static final long DETACHED = 1L << 61;

  /** The value of {@link #ids} after the manager was closed over a live block. */
  public static final long CLOSED = Long.MIN_VALUE;

  private static final VarHandle IDS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle REMOTE = IDS;

  static {
    // The JVM links such calls at their first use, and takes room on the Java heap for that: here,
    // and not when there is none and a block must be freed all the same.
    long[] probe = new long[1];
    boolean linked = IDS.compareAndSet(probe, 0, (long) IDS.getVolatile(probe, 0), 1L);
    assert linked;
  }

  /**
   * Words on both sides of what is used of {@link #remote}: keep it off the cache lines of whatever
   * the owner writes to.
   */
  private static final int PADDING = 8;

  /** Where {@link #remote} says whether the page stands on its bin's queue. */
  private static final int PENDING = PADDING;

  /** Where {@link #remote} has the bits of the first 64 slots. */
  static final int FIRST_REMOTE = PADDING + 1;

  /** What stands in each slot; see above. */
  public final long[] ids;

  /** The heap that this page belongs to; one that no thread holds, if the page is huge. */
  public final ThreadHeap owner;

  /** The owner's bin for the size class of this page. */
  public final Bin bin;

  /** That of the bin; here, since the owner writes to the bin all the time. */
  private final RemoteQueue remoteQueue;

  /** The size class of the slots. */
  public final int sizeClass;

  final int slots;
  final @Nullable Chunk chunk;
  final int firstSlice;

  /** Whether the memory held zeros when the page was made. */
  private final boolean fresh;

  final long[] free;

  /** The word {@link #PENDING}, then a bit for each slot that was freed without the hold. */
  final long[] remote;

  /** What {@link #free} is when no slot is live, if it has one word; else 0. */
  private final long freeWhenEmpty;

  /** Makes a page for one huge block whose memory somebody else, namely an arena, takes care of. */
  static Page of(ThreadHeap owner, MemorySegment memory) {
    return new Page(owner, SizeClasses.HUGE, memory.byteSize(), 1, null, 0, true, memory);
  }

  /**
   * Makes a page on the slices that {@code chunk} has at {@code firstSlice}.
   *
   * @param fresh whether they are known to hold zeros
   */
  Page(ThreadHeap owner, int sizeClass, Chunk chunk, int firstSlice, boolean fresh) {
    this(
        owner,
        sizeClass,
        sizeClass == SizeClasses.HUGE ? chunk.extent.bytes() : SizeClasses.slotBytes(sizeClass),
        sizeClass == SizeClasses.HUGE ? 1 : SizeClasses.slots(sizeClass),
        chunk,
        firstSlice,
        fresh,
        sizeClass == SizeClasses.HUGE
            ? chunk.extent.memory()
            : chunk
                .extent
                .memory()
                .asSlice((long) firstSlice << Chunk.SLICE_SHIFT, SizeClasses.pageBytes(sizeClass)));
  }

  private Page(
      ThreadHeap owner,
      int sizeClass,
      long slotBytes,
      int slots,
      @Nullable Chunk chunk,
      int firstSlice,
      boolean fresh,
      MemorySegment memory) {
    super(
        memory,
        slotBytes,
        chunk == null || !chunk.extent.isUnscoped(),
        owner.endsViews(),
        canariesIn(owner, sizeClass, chunk));
    this.owner = owner;
    this.bin = owner.bin(sizeClass);
    this.remoteQueue = bin.remoteQueue;
    this.sizeClass = sizeClass;
    this.slots = slots;
    this.chunk = chunk;
    this.firstSlice = firstSlice;
    this.fresh = fresh;
    int words = Math.max(1, (slots + Long.SIZE - 1) / Long.SIZE);
    // In this order, so that the head of what others read does not follow on what the owner writes.
    this.remote = new long[FIRST_REMOTE + words + PADDING];
    this.ids = new long[slots];
    this.free = new long[words];
    for (int word = 0; word < words; word++) {
      free[word] = all(word);
    }
    this.freeWhenEmpty = words == 1 ? free[0] : 0;
  }

  private static Canaries canariesIn(ThreadHeap owner, int sizeClass, @Nullable Chunk chunk) {
    if (chunk == null || !owner.hasCanaries()) {
      return Canaries.NONE;
    }
    return SizeClasses.isLargeOrHuge(sizeClass) ? Canaries.WITH_ROOM : Canaries.AT_THE_END_TOO;
  }

  /** Returns what stands in {@code slot}, as {@link #ids} has it. */
  public long id(int slot) {
    return (long) IDS.getVolatile(ids, slot);
  }

  /**
   * Returns the id of the block that stands in {@code slot}, or stood there last; 0 if none did.
   */
  public long blockId(int slot) {
    long id = id(slot);
    return id < 0 ? ~id : id & ~(SHARED | DETACHED);
  }

  /** Changes what stands in {@code slot}; returns false if that was not {@code from}. */
  public boolean changeId(int slot, long from, long to) {
    return IDS.compareAndSet(ids, slot, from, to);
  }

  /** Writes the canaries at the ends of those slots of {@code word} that were never used. */
  private void setEndCanaries(int word, long slots) {
    for (long left = slots; left != 0; left &= left - 1) {
      int slot = (word << 6) + Long.numberOfTrailingZeros(left);
      if (ids[slot] == 0) {
        setEndCanary(slot);
      }
    }
  }

  /**
   * Tells whether a slot that was just taken, and has no id yet, is known to hold zeros up to
   * {@link #usableBytes}: its memory came from the operating system with this page, and no block
   * ever stood in it.
   */
  public boolean isUntouched(int slot) {
    return fresh && ids[slot] == 0;
  }

  /** Gives a slot back. The caller holds the owner and has made the slot's id negative. */
  void give(int slot) {
    int word = slot >>> 6;
    long slots = free[word] | 1L << slot;
    free[word] = slots;
    if (full) {
      bin.relist(this);
    }
    if (slots == freeWhenEmpty) {
      owner.pages.noteAsEmpty(this);
    }
  }

  /** Gives a slot back without holding the owner; the slot's id is negative. */
  void giveRemotely(int slot) {
    long _ = (long) REMOTE.getAndBitwiseOr(remote, FIRST_REMOTE + (slot >>> 6), 1L << slot);
    if ((long) REMOTE.getVolatile(remote, PENDING) == 0
        && REMOTE.compareAndSet(remote, PENDING, 0L, 1L)) {
      remoteQueue.push(this);
    }
  }

  /** Opens the page to be pushed on its bin's queue again. Before {@link #collectRemote()}. */
  void clearPending() {
    REMOTE.setVolatile(remote, PENDING, 0L);
  }

  /** Makes remotely freed slots free. The caller holds the owner. */
  void collectRemote() {
    for (int word = 0; word < free.length; word++) {
      // Volatile, so that it is not read before clearPending has been written: a free that this
      // misses finds the page open, and pushes it again.
      if ((long) REMOTE.getVolatile(remote, FIRST_REMOTE + word) != 0) {
        free[word] |= (long) REMOTE.getAndSet(remote, FIRST_REMOTE + word, 0L);
      }
    }
  }

  /** Tells whether no slot is live, if the page has so few slots that one look tells. */
  boolean isSeenEmpty() {
    return freeWhenEmpty != 0 && free[0] == freeWhenEmpty;
  }

  /**
   * Returns which slots of {@code word} are listed as free, be it by the owner or by others. For
   * those who do not hold the owner a reading, which may be old.
   */
  long listedAsFree(int word) {
    return (long) IDS.getOpaque(free, word) | (long) REMOTE.getOpaque(remote, FIRST_REMOTE + word);
  }

  /** Tells whether {@code slot} is listed so. */
  boolean isListedAsFree(int slot) {
    return (listedAsFree(slot >>> 6) & 1L << slot) != 0;
  }

  /** Returns the first word with a free slot, searching around from {@code start}, or -1. */
  int firstFreeWord(int start) {
    for (int i = 0; i < free.length; i++) {
      int word = start + i < free.length ? start + i : start + i - free.length;
      if (free[word] != 0) {
        return word;
      }
    }
    return -1;
  }

  /** Hands out all free slots of {@code word}, for the bin to take them one by one. */
  long takeWord(int word) {
    long slots = free[word];
    if (usableBytes != slotBytes) {
      setEndCanaries(word, slots);
    }
    free[word] = 0;
    return slots;
  }

  /** Marks what is live as dead with the manager. */
  void closeIds() {
    for (int slot = 0; slot < slots; slot++) {
      long id = id(slot);
      if (id > 0) {
        boolean _ = changeId(slot, id, CLOSED);
      }
    }
  }

  /**
   * Tells whether no slot is live. Exact for the holder of the owner; for others a hint, which may
   * lag behind in either direction.
   */
  boolean isEmpty() {
    for (int word = 0; word < free.length; word++) {
      if ((listedAsFree(word) | bin.freeIn(this, word)) != all(word)) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether this page is that of one huge block, which goes back to the pool when freed. */
  public boolean isHuge() {
    return sizeClass == SizeClasses.HUGE;
  }

  /** Returns the bytes by which snapshots name the size class: those of a slot, 0 if huge. */
  public long sizeClassBytes() {
    return isHuge() ? 0 : slotBytes;
  }

  /** Returns the bytes of the slices. */
  long bytes() {
    return memory.byteSize();
  }

  /**
   * Returns the slot that {@code offset} in this page lies in, or -1 if it lies behind the last.
   */
  public int slotOver(long offset) {
    long slot = offset / slotBytes;
    return slot < slots ? (int) slot : -1;
  }

  /** Tells whether there is a slot of this number. */
  public boolean hasSlot(int slot) {
    return slot < slots;
  }

  /** Returns the slot that starts at {@code offset} in this page, or -1 if none does. */
  public int slotAt(long offset) {
    long slot = offset / slotBytes;
    return slot * slotBytes == offset && slot < slots ? (int) slot : -1;
  }

  private long all(int word) {
    int here = slots - (word << 6);
    return here >= Long.SIZE ? -1L : here <= 0 ? 0L : (1L << here) - 1;
  }
}
