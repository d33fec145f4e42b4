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
 * generation: freeing is one compare-and-set from {@code id} to {@code ~id}, which decides exactly
 * one winner among any number of threads, and which a stale handle fails after any number of reuses
 * of the slot. Two bits besides mark live blocks that may be freed in another way ({@link #SHARED},
 * {@link #DETACHED}), so that a plain free of them fails into the slow path without a check of its
 * own. Why an array of the page and not a field of the handle: an object whose field is the target
 * of a compare-and-set is never scalar-replaced.
 *
 * <p><b>Free slots.</b> {@link #free} has a bit for each free slot and belongs to whoever holds the
 * owning heap: no atomics. A thread that does not hold it sets the bit in {@link #remote} by one
 * atomic OR instead, and, if the page does not wait there already, pushes the page on the owner's
 * queue. A slot is thus in exactly one of four states: live, free, remotely freed, or in the hands
 * of the thread between the two steps of its free.
 *
 * <p>Metadata stands on the Java heap, out of reach of stray writes to the memory it describes: 8
 * bytes a slot for the id, and two bits. A page object is never used for another page; after its
 * slices went back, stale handles keep failing on its array.
 */
public final class Page {

  /** The bit of {@link #ids} that says: live, with several handles. */
  public static final long SHARED = 1L << 62;

  /** The bit of {@link #ids} that says: live, to be freed by address. */
  public static final long DETACHED = 1L << 61;

  /** The value of {@link #ids} after the manager was closed over a live block. */
  public static final long CLOSED = Long.MIN_VALUE;

  /** Access to {@link #ids}. */
  public static final VarHandle IDS = MethodHandles.arrayElementVarHandle(long[].class);

  private static final VarHandle REMOTE = IDS;
  private static final VarHandle PENDING;

  static {
    try {
      PENDING = MethodHandles.lookup().findVarHandle(Page.class, "pending", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Bytes of a slot. */
  public final long slotBytes;

  /** The memory of all slots. */
  public final MemorySegment memory;

  /** What stands in each slot; see above. */
  public final long[] ids;

  /** The heap that this page belongs to. */
  public final ThreadHeap owner;

  final int sizeClass;
  final int slots;
  final @Nullable Chunk chunk;
  final int firstSlice;

  private final long[] free;
  private final long[] remote;

  /** The word of {@link #free} from which slots are taken now. */
  private int cursor;

  /** Whether the owner has put this page aside because it found no free slot. */
  boolean full;

  /** Whether the slices went back to the pool. */
  boolean dead;

  /** Where the owner's list of pages has this one. */
  int index;

  /** The next page of the owner's partial list. */
  @Nullable Page next;

  /** The next page of the owner's queue of remotely freed pages. */
  @Nullable Page nextRemote;

  @SuppressWarnings("unused") // by PENDING
  private volatile int pending;

  /** Makes a page for one huge block whose memory somebody else, namely an arena, takes care of. */
  static Page of(ThreadHeap owner, MemorySegment memory) {
    return new Page(owner, SizeClasses.HUGE, memory.byteSize(), 1, null, 0, memory);
  }

  /** Makes a page on the slices that {@code chunk} has at {@code firstSlice}. */
  Page(ThreadHeap owner, int sizeClass, Chunk chunk, int firstSlice) {
    this(
        owner,
        sizeClass,
        sizeClass == SizeClasses.HUGE ? chunk.extent.bytes() : SizeClasses.slotBytes(sizeClass),
        sizeClass == SizeClasses.HUGE ? 1 : SizeClasses.slots(sizeClass),
        chunk,
        firstSlice,
        sizeClass == SizeClasses.HUGE
            ? chunk.extent.memory()
            : chunk
                .extent
                .memory()
                .asSlice(
                    (long) firstSlice << Chunk.SLICE_SHIFT,
                    (long) SizeClasses.pageSlices(sizeClass) << Chunk.SLICE_SHIFT));
  }

  private Page(
      ThreadHeap owner,
      int sizeClass,
      long slotBytes,
      int slots,
      @Nullable Chunk chunk,
      int firstSlice,
      MemorySegment memory) {
    this.owner = owner;
    this.sizeClass = sizeClass;
    this.slotBytes = slotBytes;
    this.slots = slots;
    this.chunk = chunk;
    this.firstSlice = firstSlice;
    this.memory = memory;
    this.ids = new long[slots];
    int words = Math.max(1, (slots + Long.SIZE - 1) / Long.SIZE);
    this.free = new long[words];
    this.remote = new long[words];
    for (int word = 0; word < words; word++) {
      free[word] = all(word);
    }
    this.full = sizeClass == SizeClasses.HUGE;
  }

  /** Returns a page without slots: what a heap has for a class of which it has no page yet. */
  static Page none(ThreadHeap owner) {
    return new Page(owner, SizeClasses.HUGE, 0, 0, null, 0, MemorySegment.NULL);
  }

  /** Takes a free slot from the current word, or returns -1. The caller holds the owner. */
  public int take() {
    int word = cursor;
    long bits = free[word];
    if (bits == 0) {
      return -1;
    }
    free[word] = bits & (bits - 1);
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** Gives a slot back. The caller holds the owner and has made the slot's id negative. */
  void give(int slot) {
    free[slot >>> 6] |= 1L << slot;
    if (full) {
      owner.relist(this);
    }
  }

  /** Gives a slot back without holding the owner; the slot's id is negative. */
  void giveRemotely(int slot) {
    long _ = (long) REMOTE.getAndBitwiseOr(remote, slot >>> 6, 1L << slot);
    if (pending == 0 && PENDING.compareAndSet(this, 0, 1)) {
      owner.pushRemote(this);
    }
  }

  /** Opens the page to be pushed on the owner's queue again. Before {@link #collectRemote()}. */
  void clearPending() {
    pending = 0;
  }

  /** Makes remotely freed slots free. The caller holds the owner. */
  void collectRemote() {
    for (int word = 0; word < remote.length; word++) {
      // Volatile, so that it is not read before clearPending has been written: a free that this
      // misses finds the page open, and pushes it again.
      if ((long) REMOTE.getVolatile(remote, word) != 0) {
        free[word] |= (long) REMOTE.getAndSet(remote, word, 0L);
      }
    }
  }

  /** Moves to the next word with a free slot; returns whether there is one. Holder only. */
  boolean advance() {
    for (int i = 1; i <= free.length; i++) {
      int word = cursor + i < free.length ? cursor + i : cursor + i - free.length;
      if (free[word] != 0) {
        cursor = word;
        return true;
      }
    }
    return false;
  }

  /**
   * Tells whether no slot is live. Exact for the holder of the owner; for others a hint, which may
   * lag behind in either direction.
   */
  boolean isEmpty() {
    for (int word = 0; word < free.length; word++) {
      if (((long) IDS.getOpaque(free, word) | (long) REMOTE.getOpaque(remote, word)) != all(word)) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether some slot is free, remotely freed ones not counted. Holder only. */
  boolean hasFree() {
    for (long bits : free) {
      if (bits != 0) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether this page is that of one huge block, which goes back to the pool when freed. */
  public boolean isHuge() {
    return sizeClass == SizeClasses.HUGE;
  }

  /** Returns the bytes of the slices. */
  long bytes() {
    return memory.byteSize();
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
