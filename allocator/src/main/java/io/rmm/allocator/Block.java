package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.Placement;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.heap.Tally;
import io.rmm.allocator.heap.ThreadHeap;
import io.rmm.allocator.observe.Token;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One allocation: a handle to off-heap memory that is freed by {@link #close()}.
 *
 * <p>A handle may be used and closed by any thread. Of any number of racing {@code close()} calls
 * exactly one frees the block; every other is reported as {@link MisuseKind#DOUBLE_FREE} and gets a
 * {@link MemoryMisuseException}, however often the memory has been reused since. A segment that was
 * taken from a handle does not know of the handle's end: keep segments no longer than handles.
 *
 * <pre>{@code
 * try (Block block = manager.allocate(1024)) {
 *   block.segment().set(ValueLayout.JAVA_LONG, 0, 42);
 * }
 * }</pre>
 *
 * <p><b>Why the handle looks like this.</b> A handle has final fields only and never passes itself
 * on, so that the JIT can do without the object where it does not escape: allocating and freeing a
 * block then allocates nothing on the Java heap. All state lives in the page's array of ids; see
 * {@link Page}.
 */
public final class Block implements AutoCloseable {

  /** The JDK refuses to wrap more, by an exception that does not say what is wrong. */
  private static final int MAX_BUFFER_BYTES = Integer.MAX_VALUE - 8;

  private final Page page;

  /** Those of the page: here too, so that the JIT reads and checks the array but once. */
  private final long[] ids;

  private final BudgetNode budget;

  /** Where the heap that the block came from counts. */
  private final Tally tally;

  private final @Nullable Token token;
  private final int slot;

  /** Tells the handles of a shared block apart; 0 is the one from {@code allocate}. */
  private final int handle;

  private final long id;
  private final long byteSize;

  /** Of the first byte: that of the slot, unless the block has a placement elsewhere. */
  private final long address;

  Block(
      Page page,
      long[] ids,
      int slot,
      int handle,
      long id,
      long byteSize,
      long address,
      BudgetNode budget,
      Tally tally,
      @Nullable Token token) {
    this.page = page;
    this.ids = ids;
    this.slot = slot;
    this.handle = handle;
    this.id = id;
    this.byteSize = byteSize;
    this.address = address;
    this.budget = budget;
    this.tally = tally;
    this.token = token;
  }

  /** Returns a number that no other block of this process has or will have. */
  public long id() {
    return id;
  }

  /** Returns the bytes asked for. */
  public long byteSize() {
    return byteSize;
  }

  /** Returns the budget that the block is charged to. */
  public Budget budget() {
    return budget;
  }

  /**
   * Returns the block's memory, exactly {@link #byteSize()} long. Its contents are undefined until
   * written.
   *
   * @throws MemoryMisuseException if this handle is closed
   */
  public MemorySegment segment() {
    if (ids[slot] != id) {
      checkAlive(budget, page, slot, id, handle, byteSize);
    }
    // Views that end by themselves are made by a call, where there are such at all: the JIT does
    // without a segment only if it sees all places where it may come from.
    return page.endsViews
        ? endingSegment(token, page, address, byteSize)
        : page.segmentAt(address, byteSize);
  }

  /**
   * Returns the address of the block's first byte, for native code.
   *
   * @throws MemoryMisuseException if this handle is closed
   */
  public long address() {
    if (ids[slot] != id) {
      checkAlive(budget, page, slot, id, handle, byteSize);
    }
    return address;
  }

  /**
   * Returns the block's memory as a byte buffer in big-endian order.
   *
   * @throws UnsupportedOperationException if the block is larger than the JDK wraps, which is 2 GiB
   *     less 9 bytes
   * @throws MemoryMisuseException if this handle is closed
   */
  public ByteBuffer asByteBuffer() {
    MemorySegment segment = segment();
    if (byteSize > MAX_BUFFER_BYTES) {
      throw new UnsupportedOperationException(
          "a byte buffer has at most " + MAX_BUFFER_BYTES + " bytes, and this block " + byteSize);
    }
    return segment.asByteBuffer();
  }

  /** Tells whether this handle has not been closed, resized or detached. */
  public boolean isAlive() {
    return budget.engine().unusualFrees().isAlive(page, slot, id, handle);
  }

  /**
   * Returns a further handle to the same block. Each handle is closed once; the memory is freed
   * with the last.
   *
   * @throws MemoryMisuseException if this handle is closed
   */
  public Block share() {
    StackRoom.check();
    Shares shares = budget.engine().shares();
    int further = shares.number(budget, page, slot, id, handle);
    if (further >= 0) {
      Block shared =
          new Block(page, ids, slot, further, id, byteSize, address, budget, tally, token);
      if (shares.open(id, handle, further)) {
        return shared;
      }
    }
    throw dead(budget, page, slot, id, byteSize, "a closed handle was shared");
  }

  /**
   * Returns a block of {@code newByteSize} bytes with the contents of this one, up to the smaller
   * of the two sizes; what lies beyond is undefined. The memory is the same if a slot of its size
   * serves the new one; if not, the contents are copied. This handle dies. If the allocation fails,
   * this block stays as it was. If the block turns out to be overrun, and that {@linkplain
   * MisuseAction#THROW is to be thrown}, it is freed, as by {@link #close()}.
   *
   * @param newByteSize bytes, 0 or more
   * @throws IllegalArgumentException if {@code newByteSize} is negative or absurd
   * @throws AllocationRejectedException if the budget does not allow it
   * @throws MemoryMisuseException if this handle is closed
   * @throws IllegalStateException if the block is shared
   */
  public Block resize(long newByteSize) {
    MemorySegment from = segment();
    checkNotShared("resized");
    StackRoom.check();
    Block inPlace =
        budget.inPlaceResizes().tryResize(page, slot, id, byteSize, tally, token, newByteSize);
    if (inPlace != null) {
      return inPlace;
    }
    Block resized = budget.allocate(newByteSize);
    try {
      copy(from, resized, Math.min(byteSize, newByteSize));
      close();
    } catch (RuntimeException | Error e) {
      // Somebody else has closed this handle meanwhile: then there is nothing to resize.
      resized.close();
      throw e;
    }
    return resized;
  }

  private void copy(MemorySegment from, Block to, long bytes) {
    try {
      MemorySegment.copy(from, 0, to.segment(), 0, bytes);
    } catch (IllegalStateException | InternalError e) {
      // A view that ends with its block, or whose pages are sealed, has done so meanwhile.
      checkAlive(budget, page, slot, id, handle, byteSize);
      throw e;
    }
  }

  /**
   * Gives the block into the hands of code that knows only its address. This handle dies; the block
   * lives until {@link MemoryManager#free(long)}.
   *
   * @return the block's address
   * @throws MemoryMisuseException if this handle is closed
   * @throws IllegalStateException if the block is shared
   */
  public long detach() {
    StackRoom.check();
    checkNotShared("detached");
    var detached = new DetachedBlocks.Detached(page, slot, id, byteSize, address, budget, token);
    if (!budget.frees().changeId(page, slot, id, id | Page.DETACHED)) {
      throw dead(budget, page, slot, id, byteSize, "a closed handle was detached");
    }
    try {
      budget.engine().detached().add(detached);
    } catch (OutOfMemoryError e) {
      // The Java heap is full: the block stays in this handle's hands. To take the mark off needs
      // no hold, for which there may be no room either: a sole freer looks for the bare id.
      boolean _ = page.changeId(slot, id | Page.DETACHED, id);
      throw e;
    }
    return address;
  }

  /**
   * Frees the block, or gives up this handle to it if it is shared.
   *
   * @throws MemoryMisuseException if this handle was closed before
   * @throws IllegalStateException if the memory manager is closed
   */
  @Override
  public void close() {
    try {
      ThreadHeap heap = page.owner;
      if (token == null && heap.tryHoldAsSoleFreer(Thread.currentThread())) {
        // Without a token, the address is that of the slot. Damage is a matter for the slow way.
        if (ids[slot] == id && page.canaryDamage(slot, address, byteSize) == 0) {
          ids[slot] = ~id;
          tally.countFree(byteSize);
          budget.refund(page.slotBytes);
          tally.bin.give(page, slot);
          heap.leave();
          return;
        }
        heap.leave();
      }
    } catch (StackOverflowError e) {
      budget.engine().heaps().abandon();
      throw e;
    }
    budget.frees().closeSlowly(page, slot, id, handle, byteSize, token);
  }

  @Override
  public String toString() {
    return "Block[id=" + id + ", byteSize=" + byteSize + ", budget=" + budget.path() + "]";
  }

  // Static, and given the fields one by one, lest the handle escape into them where they are not
  // inlined, which is where they are seldom called.

  private static void checkAlive(
      BudgetNode budget, Page page, int slot, long id, int handle, long byteSize) {
    if (!budget.engine().unusualFrees().isAlive(page, slot, id, handle)) {
      throw dead(budget, page, slot, id, byteSize, "a closed handle was used");
    }
  }

  private static IllegalStateException dead(
      BudgetNode budget, Page page, int slot, long id, long byteSize, String detail) {
    return budget
        .engine()
        .unusualFrees()
        .deadHandle(page, slot, id, byteSize, budget.path(), MisuseKind.USE_AFTER_FREE, detail);
  }

  private static MemorySegment endingSegment(
      @Nullable Token token, Page page, long address, long byteSize) {
    MemorySegment segment = page.segmentAt(address, byteSize);
    Placement placement = token == null ? null : token.placement();
    return placement == null ? segment : placement.inScope(segment);
  }

  private void checkNotShared(String act) {
    if (ids[slot] == (id | Page.SHARED)) {
      checkAlive(budget, page, slot, id, handle, byteSize);
      throw new IllegalStateException("a shared block cannot be " + act);
    }
  }
}
