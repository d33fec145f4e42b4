package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetCell;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.heap.Usage;
import io.rmm.allocator.observe.MisuseDesk;
import io.rmm.allocator.source.PageSource;
import java.util.concurrent.atomic.AtomicLong;
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
 * <p><b>Bounds</b> of what waits are on bytes, on an eighth of the root's hard limit, and on
 * blocks, because each takes some 60 bytes of Java heap. What is held up by live blocks comes on
 * top, see {@link ScopeBatches}. All that can end, ends before memory is refused, at a purge and at
 * the close.
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

  private final Engine engine;
  private final MisuseDesk misuse;
  private final long mostBytes;
  private final int mostBlocks;

  private final ScopeBatches batches = new ScopeBatches(this);
  private final AtomicLong restingBytes = new AtomicLong();
  private final AtomicLong restingBlocks = new AtomicLong();

  /** Set when the stack ended amid a free. */
  volatile boolean cutShort;

  // ---- guarded by this object ----

  /** The complete batches, the one that has waited longest first. */
  private @Nullable ScopeBatch firstWaiting;

  private @Nullable ScopeBatch lastWaiting;
  private int waiting;
  private long waitingBytes;
  private int waitingBlocks;

  /** What is live, as of the clock's last tick. */
  private long liveBytes;

  private long liveBlocks;

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

  PageSource source() {
    return engine.source();
  }

  // ---- allocation ----

  /** Enters {@code block}, which was just allocated, into a batch, unless there is no room. */
  void join(ScopedBlock block) {
    batches.join(block);
  }

  /**
   * Returns which part of what may be held up is so: of as much as may wait, or of as much as is
   * live, if that is more.
   */
  synchronized double heldUp() {
    double mostBytesHeld =
        (double) Math.max(1, Math.max(allowedBytes(), Math.min(liveBytes, share())));
    double mostBlocksHeld = (double) Math.max(mostBlocks, liveBlocks);
    return Math.max(
        (restingBytes.get() - waitingBytes) / mostBytesHeld,
        (restingBlocks.get() - waitingBlocks) / mostBlocksHeld);
  }

  // ---- free ----

  /** Lays a block to rest whose free is over; null stands for one that is in no batch. */
  void rest(@Nullable ScopedBlock block) {
    if (block != null && block.batch != null) {
      ScopeBatch batch = block.batch;
      if (batch.rest(block)) {
        complete(batch);
        try {
          endSurplus();
        } catch (StackOverflowError e) {
          // The block is freed; what is over is left to the clock.
        }
      }
    }
  }

  /** Counts a block that rests from now on. */
  void count(long bytes) {
    restingBytes.addAndGet(bytes);
    restingBlocks.incrementAndGet();
  }

  private synchronized boolean isOver() {
    return waitingBytes > allowedBytes() || waitingBlocks > mostBlocks;
  }

  /** Returns how many bytes may wait now. */
  long allowedBytes() {
    return Math.min(mostBytes, share());
  }

  private long share() {
    return engine.budgets().root().limits().hard() >> SHARE_SHIFT;
  }

  /** Has {@code batch}, of which all blocks rest, wait for its end. */
  void complete(ScopeBatch batch) {
    StackRoom.checkForFewCalls();
    batches.remove(batch);
    enqueue(batch);
  }

  private synchronized void enqueue(ScopeBatch batch) {
    if (lastWaiting == null) {
      firstWaiting = batch;
    } else {
      lastWaiting.next = batch;
    }
    lastWaiting = batch;
    waiting++;
    waitingBytes += batch.restingBytes();
    waitingBlocks += batch.resting();
  }

  private synchronized @Nullable ScopeBatch poll() {
    ScopeBatch batch = firstWaiting;
    if (batch != null) {
      firstWaiting = batch.next;
      if (firstWaiting == null) {
        lastWaiting = null;
      }
      batch.next = null;
      waiting--;
      waitingBytes -= batch.restingBytes();
      waitingBlocks -= batch.resting();
    }
    return batch;
  }

  private synchronized int waiting() {
    return waiting;
  }

  // ---- the end of the rest ----

  /** Ends batches, those that have waited longest first, while more waits than may. */
  private void endSurplus() {
    for (int left = waiting(); left > 0 && isOver(); left--) {
      endNext();
    }
  }

  /** Ends all that can be ended. */
  void endAll() {
    batches.sealAll();
    for (int left = waiting(); left > 0; left--) {
      endNext();
    }
  }

  private void endNext() {
    StackRoom.check();
    ScopeBatch batch = poll();
    if (batch != null && !end(batch)) {
      enqueue(batch);
    }
  }

  /** Ends {@code batch}; returns false if that is to be tried again. */
  private boolean end(ScopeBatch batch) {
    try {
      batch.closeScope();
      for (int size = batch.size(); batch.ended < size; ) {
        end(batch, batch.block(batch.ended));
      }
    } catch (IllegalStateException e) {
      // A segment is in use by a downcall; or the manager is closed, and nothing to be given back.
      if (!engine.isClosed()) {
        return false;
      }
    } catch (OutOfMemoryError e) {
      return false;
    }
    restingBytes.addAndGet(-batch.restingBytes());
    restingBlocks.addAndGet(-batch.resting());
    batch.forgetBlocks();
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
    if (damage != null) {
      try {
        tell(block, id, damage);
      } catch (OutOfMemoryError e) {
        // It is counted by then.
      }
    }
  }

  private void tell(ScopedBlock block, long id, Poison.Damage damage) {
    Page page = block.page;
    MisuseReport.Builder report =
        misuse
            .begin(MisuseKind.USE_AFTER_FREE)
            .block(id, block.byteSize)
            .slotSize(page.slotBytes)
            .offset(damage.first())
            .budget(block.budget.path())
            .confidence(MisuseConfidence.LIKELY)
            .detail(
                "memory was written to after it had been freed: "
                    + damage.bytes()
                    + " bytes from offset "
                    + damage.first()
                    + " on, "
                    + damage.picture(page.usableBytes));
    // Where this is found, be it by the clock or by whoever frees next, tells nothing.
    misuse.foundByClock(report, MisuseKind.USE_AFTER_FREE, id);
  }

  // ---- the clock, and the manager's close ----

  /**
   * Called four times a second.
   *
   * @param live what has been allocated and freed so far
   */
  void tick(Usage live) {
    synchronized (this) {
      liveBytes = live.usedBytes();
      liveBlocks = live.allocations - live.frees;
    }
    if (cutShort) {
      cutShort = false;
      recount();
    }
    batches.tick();
    endSurplus();
  }

  /** Finds the blocks that are freed although nobody said so. */
  private void recount() {
    // With nobody amid a free: its block would be taken for one whose free is over.
    try {
      engine.heaps().exclusively(batches::recount);
    } catch (OutOfMemoryError e) {
      cutShort = true;
    }
  }

  /** Looks through all memory that rests and cannot be given back, because it is held up. */
  void inspectHeldUp() {
    try {
      ScopeBatch batch = batches.first();
      while (batch != null) {
        inspect(batch);
        batch = batches.after(batch);
      }
    } catch (OutOfMemoryError e) {
      // The manager is closed all the same.
    }
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
