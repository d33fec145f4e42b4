package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.observe.MisuseDesk;
import io.rmm.allocator.source.PageSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps freed memory from being used again at once, in the modes {@link SafetyMode#SAFE} and {@link
 * SafetyMode#PARANOID}.
 *
 * <p>A block that is freed there is no longer live, nor charged to its budget; its slot is filled
 * with {@link Poison} and rests, still committed. It rests in a {@link ScopeBatch}, with those that
 * were allocated next to it. When all of a batch rest, it takes its place in a queue; when there is
 * more in quarantine than is allowed, the batch that has waited longest is ended: its scope is
 * closed, which ends all views of its blocks at once and for good, its memory is looked through for
 * what was written to it meanwhile, and goes back to its heaps. So a stale view reads poison, or is
 * refused, and never sees another block; what a stale view or pointer writes is found.
 *
 * <p><b>What a long-lived block holds up.</b> The rest of its batch, since the scope is also its
 * own. So blocks of different budgets and size classes, which live for different times, do not
 * share a batch; a batch takes new blocks for a second at the most; and the more memory is held up,
 * the smaller are new batches, down to a single block, which holds up nothing and costs a handshake
 * of its own. See docs/decisions/0017-safe-mode.md, with figures.
 *
 * <p><b>Bounds</b> are on bytes, on an eighth of the root's hard limit, and on blocks, because each
 * takes some 60 bytes of Java heap. All that can end, ends before memory is refused, at a purge and
 * at the close.
 *
 * <p><b>Nothing is lost.</b> A block is entered into its batch when it is allocated, and its id
 * tells that it is freed. So a free that is cut short needs nobody to go on with it, but a {@link
 * #recount}. And what fails of a batch's end for want of room is tried again.
 *
 * <p>All methods are for use outside a hold.
 */
final class Quarantine {

  /** In {@link SafetyMode#SAFE}: what fits into the caches of a core, or not far beyond. */
  static final long SAFE_BYTES = 8L << 20;

  /** In {@link SafetyMode#PARANOID}: a test's whole life, often. */
  static final long PARANOID_BYTES = 64L << 20;

  private static final int SAFE_BLOCKS = 16 << 10;
  private static final int PARANOID_BLOCKS = 64 << 10;

  /** log2 of the share of the root's hard limit that may rest. */
  private static final int SHARE_SHIFT = 3;

  /** The handshake, some 20 us, then costs a block less than 0.1 us. */
  private static final int BATCH_BLOCKS = 256;

  /** To fill as much takes as long as the handshake. */
  private static final long BATCH_BYTES = 1 << 20;

  /** A batch is at most this part of what may rest, so that what rests is mostly in the queue. */
  private static final int BATCH_SHARE = 16;

  /** Batches that blocks may join at a time: some for each of the classes that a program uses. */
  private static final int CURRENT = 256;

  /** Ticks of the clock for which a batch takes new blocks. */
  private static final int JOINED_FOR = 4;

  /** Above this, memory is given back to the operating system sooner than it is filled. */
  private static final long MOST_FILLED = 1 << 20;

  private final Engine engine;
  private final MisuseDesk misuse;
  private final long mostBytes;
  private final int mostBlocks;

  private final AtomicReferenceArray<@Nullable ScopeBatch> current =
      new AtomicReferenceArray<>(CURRENT);

  private final AtomicLong restingBytes = new AtomicLong();
  private final AtomicLong restingBlocks = new AtomicLong();

  /** Set when the stack ended amid a free. */
  volatile boolean cutShort;

  // ---- guarded by this object, which is taken before a batch ----

  /** The first of the batches that are not complete. */
  private @Nullable ScopeBatch firstOpen;

  /** The complete batches, the one that has waited longest first. */
  private @Nullable ScopeBatch firstWaiting;

  private @Nullable ScopeBatch lastWaiting;
  private volatile int waiting;
  private long waitingBytes;
  private int waitingBlocks;

  Quarantine(Engine engine, MisuseDesk misuse, Safety safety) {
    this.engine = engine;
    this.misuse = misuse;
    this.mostBytes = safety.quarantineBytes();
    this.mostBlocks = blocks(safety);
  }

  /** Returns how many blocks may rest at a time. */
  static int blocks(Safety safety) {
    return safety.mode() == SafetyMode.PARANOID ? PARANOID_BLOCKS : SAFE_BLOCKS;
  }

  /** Tells whether memory of this size is given back to the operating system rather than filled. */
  static boolean isDiscarded(long slotBytes) {
    return slotBytes > MOST_FILLED;
  }

  PageSource source() {
    return engine.source();
  }

  // ---- allocation ----

  /** Enters {@code block} into a batch, unless there is no room for that. */
  void join(ScopedBlock block) {
    try {
      if (block.page.slotBytes >= batchBytes()) {
        boolean _ = newBatch(1).join(block);
        return;
      }
      int at = index(block);
      ScopeBatch batch = current.get(at);
      while (batch == null || !batch.join(block)) {
        ScopeBatch fresh = newBatch(batchBlocks());
        if (!current.compareAndSet(at, batch, fresh)) {
          forget(fresh);
        }
        batch = current.get(at);
      }
    } catch (OutOfMemoryError | StackOverflowError e) {
      // Its end is then as in any other mode.
    }
  }

  /** Returns the place of the batch for blocks that may live about as long as {@code block}. */
  private static int index(ScopedBlock block) {
    int key = (int) Thread.currentThread().threadId();
    key = key * 31 + block.budget.number();
    key = key * 127 + block.page.sizeClass;
    return (key * 0x9E37_79B9) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(CURRENT));
  }

  private ScopeBatch newBatch(int blocks) {
    ScopeBatch fresh = new ScopeBatch(this, blocks, batchBytes());
    synchronized (this) {
      fresh.next = firstOpen;
      if (firstOpen != null) {
        firstOpen.previous = fresh;
      }
      firstOpen = fresh;
      fresh.listed = true;
    }
    return fresh;
  }

  /** Takes a batch that nobody has joined, nor will, off the list. */
  private synchronized void forget(ScopeBatch batch) {
    unlist(batch);
  }

  private long batchBytes() {
    return Math.min(BATCH_BYTES, allowedBytes() / BATCH_SHARE);
  }

  /**
   * Returns the blocks that a new batch may have: fewer, the more rests in batches that are not
   * complete, from a half of what may rest at all.
   */
  private int batchBlocks() {
    double heldUp;
    synchronized (this) {
      heldUp =
          Math.max(
              (double) (restingBytes.get() - waitingBytes) / Math.max(1, allowedBytes()),
              (double) (restingBlocks.get() - waitingBlocks) / mostBlocks);
    }
    return (int) Math.clamp(2 * (1 - heldUp) * BATCH_BLOCKS, 1, BATCH_BLOCKS);
  }

  // ---- free ----

  /** Lays a block to rest whose free is over; null stands for one that does not rest. */
  void rest(@Nullable ScopedBlock block) {
    if (block != null && block.batch != null) {
      ScopeBatch batch = block.batch;
      boolean over = isOver(block.page.slotBytes);
      // No further block may join if there is nothing else that could end.
      if (batch.rest(block, over && waiting == 0)) {
        enqueue(batch);
      }
      if (over) {
        endSurplus();
      }
    }
  }

  /** Counts a block that rests from now on. */
  void count(long bytes) {
    restingBytes.addAndGet(bytes);
    restingBlocks.incrementAndGet();
  }

  private boolean isOver(long moreBytes) {
    return restingBytes.get() + moreBytes > allowedBytes() || restingBlocks.get() >= mostBlocks;
  }

  private long allowedBytes() {
    return Math.min(mostBytes, engine.budgets().root().limits().hard() >> SHARE_SHIFT);
  }

  private synchronized void enqueue(ScopeBatch batch) {
    if (batch.listed) {
      unlist(batch);
    }
    if (lastWaiting == null) {
      firstWaiting = batch;
    } else {
      lastWaiting.next = batch;
    }
    lastWaiting = batch;
    waiting = waiting + 1;
    waitingBytes += batch.restingBytes();
    waitingBlocks += batch.resting();
  }

  private void unlist(ScopeBatch batch) {
    if (batch.previous != null) {
      batch.previous.next = batch.next;
    } else {
      firstOpen = batch.next;
    }
    if (batch.next != null) {
      batch.next.previous = batch.previous;
    }
    batch.previous = null;
    batch.next = null;
    batch.listed = false;
  }

  private synchronized @Nullable ScopeBatch poll() {
    ScopeBatch batch = firstWaiting;
    if (batch != null) {
      firstWaiting = batch.next;
      if (firstWaiting == null) {
        lastWaiting = null;
      }
      batch.next = null;
      waiting = waiting - 1;
      waitingBytes -= batch.restingBytes();
      waitingBlocks -= batch.resting();
    }
    return batch;
  }

  // ---- the end of the rest ----

  /** Ends batches, those that have waited longest first, while more rests than may. */
  private void endSurplus() {
    for (int left = waiting; left > 0 && isOver(0); left--) {
      endNext();
    }
  }

  /** Ends all that can be ended. */
  void endAll() {
    sealAll(0);
    for (int left = waiting; left > 0; left--) {
      endNext();
    }
  }

  private void endNext() {
    ScopeBatch batch = poll();
    if (batch != null && !end(batch)) {
      enqueue(batch);
    }
  }

  /** Ends {@code batch}; returns false if that is to be tried again. */
  private boolean end(ScopeBatch batch) {
    try {
      StackRoom.check();
      batch.closeScope();
      for (int size = batch.size(); batch.ended < size; ) {
        end(batch, batch.block(batch.ended));
      }
    } catch (IllegalStateException e) {
      // A segment is in use by a downcall; or the manager is closed, and nothing to be given back.
      if (!engine.isClosed()) {
        return false;
      }
    } catch (OutOfMemoryError | StackOverflowError e) {
      return false;
    }
    restingBytes.addAndGet(-batch.restingBytes());
    restingBlocks.addAndGet(-batch.resting());
    return true;
  }

  /** Looks through the memory of {@code block} and gives it back. */
  private void end(ScopeBatch batch, ScopedBlock block) {
    Page page = block.page;
    BudgetCell cell = engine.heaps().enterToFree(page, block.budget);
    Poison.Damage damage;
    long id;
    try {
      cell.heap.checkOpen();
      id = block.formerId();
      damage = block.damage();
      cell.heap.giveBack(page, block.slot);
      batch.ended++;
    } finally {
      cell.heap.leave();
    }
    report(block, id, damage);
  }

  private void report(ScopedBlock block, long id, Poison.@Nullable Damage damage) {
    if (damage == null) {
      return;
    }
    try {
      MisuseKind kind = MisuseKind.USE_AFTER_FREE;
      long slotBytes = block.page.slotBytes;
      MisuseReport _ =
          misuse.found(
              MisuseReport.builder(kind)
                  .block(id, block.byteSize)
                  .slotSize(slotBytes)
                  .offset(damage.first())
                  .budget(block.budget.path())
                  .confidence(MisuseConfidence.LIKELY)
                  .detail(
                      "memory was written to after it had been freed: "
                          + damage.bytes()
                          + " bytes from offset "
                          + damage.first()
                          + " on, "
                          + damage.picture(slotBytes)),
              kind,
              id);
    } catch (OutOfMemoryError | StackOverflowError e) {
      // It is counted by then.
    }
  }

  // ---- the clock, and the manager's close ----

  /** Called four times a second. */
  void tick() {
    if (cutShort) {
      cutShort = false;
      recount();
    }
    sealAll(JOINED_FOR);
    if (isOver(0)) {
      endSurplus();
    }
  }

  /** Lets no block join the batches that are {@code age} ticks old. */
  private synchronized void sealAll(int age) {
    ScopeBatch batch = firstOpen;
    while (batch != null) {
      ScopeBatch next = batch.next;
      if (batch.age++ >= age && batch.seal()) {
        enqueue(batch);
      }
      batch = next;
    }
  }

  /** Finds the blocks that are freed although nobody said so. */
  private void recount() {
    // With nobody amid a free: its block would be taken for one whose free is over.
    try {
      engine.heaps().exclusively(this::recountAll);
    } catch (OutOfMemoryError e) {
      cutShort = true;
    }
  }

  private synchronized void recountAll() {
    ScopeBatch batch = firstOpen;
    while (batch != null) {
      ScopeBatch next = batch.next;
      if (batch.recount()) {
        enqueue(batch);
      }
      batch = next;
    }
  }

  /** Looks through all memory that rests and cannot be given back, because it is held up. */
  void inspectHeldUp() {
    ScopeBatch batch = first();
    while (batch != null) {
      inspect(batch);
      batch = after(batch);
    }
  }

  private synchronized @Nullable ScopeBatch first() {
    return firstOpen;
  }

  private synchronized @Nullable ScopeBatch after(ScopeBatch batch) {
    return batch.listed ? batch.next : null;
  }

  private void inspect(ScopeBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      ScopedBlock block = batch.restingBlock(i);
      if (block == null) {
        continue;
      }
      BudgetCell cell = engine.heaps().enterToFree(block.page, block.budget);
      long id = block.formerId();
      Poison.Damage damage;
      try {
        cell.heap.checkOpen();
        damage = block.damage();
      } finally {
        cell.heap.leave();
      }
      report(block, id, damage);
    }
  }

  /** Returns the slots that rest. */
  long restingBlocks() {
    return restingBlocks.get();
  }

  /** Returns their bytes. */
  long restingBytes() {
    return restingBytes.get();
  }
}
