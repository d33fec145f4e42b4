package io.rmm.allocator;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The batches that blocks join when they are allocated, and those of which some are live still.
 *
 * <p><b>What a long-lived block holds up.</b> The rest of its batch, since the scope is also its
 * own. So blocks of different threads, budgets and size classes, which live for different times,
 * seldom share a batch; a batch takes new blocks for a second at the most; and the more memory is
 * held up, the smaller are new batches, down to a single block, which holds up nothing and costs a
 * handshake of its own. It may be as much as is live, or as may wait for its end anyway. See
 * docs/decisions/0017-safe-mode.md, with figures.
 */
final class ScopeBatches {

  /** The handshake, some 20 us, then costs a block less than 0.1 us. */
  private static final int MOST_BLOCKS = 256;

  /** To fill as much takes about as long as the handshake. */
  private static final long MOST_BYTES = 1 << 20;

  /** A batch is at most this part of what may rest, so that what rests is mostly complete. */
  private static final int SHARE = 16;

  /** Batches that blocks may join at a time: some for each of the classes that a program uses. */
  private static final int CURRENT = 256;

  /** Ticks of the clock for which a batch takes new blocks. */
  private static final int JOINED_FOR = 4;

  private final Quarantine quarantine;

  private final AtomicReferenceArray<@Nullable ScopeBatch> current =
      new AtomicReferenceArray<>(CURRENT);

  /** The first of the batches that are not complete, the youngest. Guarded by this object. */
  private @Nullable ScopeBatch first;

  /** The ticks of the clock so far. Guarded by this object. */
  private int now;

  ScopeBatches(Quarantine quarantine) {
    this.quarantine = quarantine;
  }

  // ---- joining ----

  /** Enters {@code block} into a batch, unless there is no room for that. */
  void join(ScopedBlock block) {
    try {
      if (block.page.slotBytes >= mostBytes()) {
        // A purge may seal a batch before anybody has joined it.
        while (!newBatch(1).join(block)) {
          Thread.onSpinWait();
        }
        return;
      }
      int at = index(block);
      ScopeBatch batch = current.get(at);
      while (batch == null || !batch.join(block)) {
        ScopeBatch fresh = newBatch(mostBlocks());
        if (!current.compareAndSet(at, batch, fresh)) {
          remove(fresh);
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
    // Knuth's multiplicative hashing.
    return (key * 0x9E37_79B9) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(CURRENT));
  }

  private ScopeBatch newBatch(int blocks) {
    ScopeBatch fresh = new ScopeBatch(quarantine, blocks, mostBytes());
    add(fresh);
    return fresh;
  }

  private long mostBytes() {
    return Math.min(MOST_BYTES, quarantine.allowedBytes() / SHARE);
  }

  /** Fewer, the more is held up, from a half of what may be on. */
  private int mostBlocks() {
    return (int) Math.clamp(2 * (1 - quarantine.heldUp()) * MOST_BLOCKS, 1, MOST_BLOCKS);
  }

  // ---- the batches that are not complete ----

  private synchronized void add(ScopeBatch batch) {
    batch.born = now;
    batch.next = first;
    if (first != null) {
      first.previous = batch;
    }
    first = batch;
    batch.listed = true;
  }

  /** Takes {@code batch} off the list, if it stands there. */
  synchronized void remove(ScopeBatch batch) {
    if (!batch.listed) {
      return;
    }
    ScopeBatch previous = batch.previous;
    ScopeBatch next = batch.next;
    if (previous != null) {
      previous.next = next;
    } else {
      first = next;
    }
    if (next != null) {
      next.previous = previous;
    }
    batch.previous = null;
    batch.next = null;
    batch.listed = false;
  }

  /** Lets no block join the batches that have taken blocks for long. Four times a second. */
  synchronized void tick() {
    now++;
    seal(JOINED_FOR);
  }

  /** Lets no block join any of the batches. */
  synchronized void sealAll() {
    seal(0);
  }

  /** Seals what is {@code age} ticks old; what is older than a tick's work has been sealed so. */
  private void seal(int age) {
    ScopeBatch batch = first;
    while (batch != null && now - batch.born <= JOINED_FOR) {
      ScopeBatch next = batch.next;
      if (now - batch.born >= age && batch.seal()) {
        quarantine.complete(batch);
      }
      batch = next;
    }
  }

  /** Finds the blocks that are freed although nobody said so. While no operation is under way. */
  synchronized void recount() {
    ScopeBatch batch = first;
    while (batch != null) {
      ScopeBatch next = batch.next;
      if (batch.recount()) {
        quarantine.complete(batch);
      }
      batch = next;
    }
  }

  /** Returns the first batch, or null. */
  synchronized @Nullable ScopeBatch first() {
    return first;
  }

  /** Returns the batch after {@code batch}, or null, also if that is complete by now. */
  synchronized @Nullable ScopeBatch after(ScopeBatch batch) {
    return batch.listed ? batch.next : null;
  }
}
