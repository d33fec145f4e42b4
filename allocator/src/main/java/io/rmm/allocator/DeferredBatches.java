package io.rmm.allocator;

import io.rmm.allocator.heap.StackRoom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batches in which the deferred arenas of one budget are closed.
 *
 * <p>To close a shared scope of the JDK costs a handshake with all threads, 10 to 75 us, however
 * little was allocated in it. So arenas that are opened one after the other share a scope, which is
 * closed when all of them are: by the arena that makes a full batch complete, else by the clock.
 * Until then nobody gets their memory, and it stays charged to the budget.
 *
 * <p>An arena that stays open holds up those of its batch. How much that can be is bounded by what
 * makes a batch full: {@link #MAX_ARENAS} arenas, {@link #MAX_WAITING_BYTES} bytes that wait, or
 * the clock's tick after the first close. And it is bounded to one budget: a tenant that never
 * closes an arena takes nothing from others.
 */
final class DeferredBatches {

  /** The handshake then costs each arena less than 1 us. */
  private static final int MAX_ARENAS = 128;

  /** As much as half a chunk: to zero that takes about as long as the handshake. */
  private static final long MAX_WAITING_BYTES = 1 << 20;

  private final BudgetNode budget;

  /** All batches that are not closed. */
  private final List<DeferredBatch> batches = new ArrayList<>();

  /** How often all batches have been looked through. */
  private long passes;

  /** The batch that arenas join. */
  private @Nullable DeferredBatch current;

  DeferredBatches(BudgetNode budget) {
    this.budget = budget;
  }

  /** Returns the batch of an arena that is being opened. */
  synchronized DeferredBatch join() {
    DeferredBatch batch = current;
    if (batch == null) {
      batch = new DeferredBatch();
      batches.add(batch);
      current = batch;
    }
    batch.open++;
    batch.joined++;
    if (batch.joined == MAX_ARENAS) {
      seal(batch);
    }
    return batch;
  }

  private void seal(DeferredBatch batch) {
    batch.sealed = true;
    if (current == batch) {
      current = null;
    }
  }

  /** Hands over the blocks of an arena that is being closed. */
  void leave(DeferredBatch batch, @Nullable ArenaBlock blocks, long requestedBytes) {
    synchronized (this) {
      batch.open--;
      if (blocks != null) {
        blocks.requestedBytes = requestedBytes;
        batch.add(blocks);
      }
      if (batch.waitingBytes >= MAX_WAITING_BYTES || budget.engine().isClosed()) {
        // A manager that is closed has no clock.
        seal(batch);
      }
      if (!batch.isDone()) {
        return;
      }
    }
    try {
      StackRoom.check();
    } catch (StackOverflowError e) {
      // The arena is closed; its batch is left to the clock.
      return;
    }
    try {
      closeSealed();
    } catch (OutOfMemoryError e) {
      // So is what the Java heap has no room to go through.
    }
  }

  /**
   * Closes all batches of which no arena is open; no further arena joins a batch of which one has
   * been closed. Returns whether memory went back.
   */
  boolean closeDone() {
    synchronized (this) {
      if (current != null && current.joined > current.open) {
        seal(current);
      }
    }
    return closeSealed();
  }

  private boolean closeSealed() {
    boolean any = false;
    long pass = startPass();
    for (DeferredBatch batch = nextDone(pass); batch != null; batch = nextDone(pass)) {
      any |= close(batch);
    }
    return any;
  }

  private synchronized long startPass() {
    return ++passes;
  }

  private synchronized @Nullable DeferredBatch nextDone(long pass) {
    for (DeferredBatch batch : batches) {
      if (batch.isDone() && batch.lastPass < pass) {
        batch.lastPass = pass;
        batch.closing = true;
        return batch;
      }
    }
    return null;
  }

  /**
   * Closes the scope and frees the blocks. If a segment is in use by a downcall, or there is no
   * room for what must be done, the clock tries again.
   */
  private boolean close(DeferredBatch batch) {
    long start = System.nanoTime();
    try {
      if (!batch.scopeClosed) {
        batch.scope.close();
        batch.scopeClosed = true;
      }
      if (batch.waiting != null) {
        budget.arenaReclaimer().leaveOver(batch.waiting);
        batch.waiting = null;
      }
      synchronized (this) {
        batches.remove(batch);
      }
    } catch (IllegalStateException | OutOfMemoryError | StackOverflowError e) {
      synchronized (this) {
        batch.closing = false;
      }
      if (e instanceof StackOverflowError overflow) {
        throw overflow;
      }
      return false;
    }
    budget.arenaReclaimer().freeLeftOver();
    budget.engine().slowArenaCloses().note(budget, batch, start);
    return true;
  }
}
