package io.rmm.allocator.observe;

import io.rmm.allocator.FreeCause;
import java.util.List;

/**
 * Tells of every block, while somebody wants to hear of every block.
 *
 * <p>The clock asks the listeners, and marks all counters, so that each allocation takes the branch
 * that sampling hangs on: the fast path knows nothing of tracing. A block that is traced has a
 * token, sampled or not, and by that its free is told too; what was allocated before is not. So
 * every free that is told has had its allocation told.
 *
 * <p><b>Cost.</b> A token and two calls of each listener a pair, some tens of nanoseconds. That is
 * why these calls are not told as the others are ({@link Listeners#tell}): no time is taken but for
 * those of one block in 64, nothing is made for a call, and nothing is written that threads share:
 * which calls are timed is told by the id, and not by a count. What keeps a bad listener from doing
 * harm is the same.
 */
public final class Tracing {

  /** To read the clock twice costs about as much as such a call: one in 64 must do. */
  private static final int TIMED_BITS = 6;

  /** Spreads ids, which follow each other, over all values (Knuth's multiplicative hashing). */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private final Listeners listeners;

  /** Those who trace. */
  private volatile Registration[] hearers = {};

  /** Makes one that nobody listens to yet. */
  public Tracing(Listeners listeners) {
    this.listeners = listeners;
  }

  /** Tells whether blocks are traced. */
  public boolean isOn() {
    return hearers.length > 0;
  }

  /**
   * Asks the listeners whether they trace; returns {@link #isOn}. By the clock, and when a listener
   * is gone.
   */
  public synchronized boolean poll() {
    List<Registration> tracing = listeners.tracing();
    if (!tracing.equals(List.of(hearers))) {
      hearers = tracing.toArray(Registration[]::new);
    }
    return isOn();
  }

  /** Tells of a block that was allocated, if anybody still wants to hear. Outside a hold. */
  void allocated(TracedToken block, long requestedBytes) {
    Registration[] now = hearers;
    boolean[] mark = now.length > 0 ? listeners.beginTelling() : null;
    if (mark != null) {
      try {
        long id = block.blockId();
        for (Registration hearer : now) {
          long start = start(id);
          try {
            hearer.listener.onAllocation(id, block.budget, requestedBytes, block.slotBytes);
            hearer.succeeded();
          } catch (Throwable e) {
            // Whatever a listener throws, the allocation that it was told of has happened.
            listeners.failed(hearer, e);
          }
          end(hearer, start);
        }
      } finally {
        mark[0] = false;
      }
    }
  }

  /** Tells of a block that was freed. Outside a hold. */
  void freed(TracedToken block, FreeCause cause) {
    Registration[] now = hearers;
    boolean[] mark = now.length > 0 ? listeners.beginTelling() : null;
    if (mark != null) {
      try {
        long id = block.blockId();
        boolean byOwner = block.threadId == Thread.currentThread().threadId();
        for (Registration hearer : now) {
          long start = start(id);
          try {
            hearer.listener.onFree(id, block.budget, block.slotBytes, byOwner, cause);
            hearer.succeeded();
          } catch (Throwable e) {
            listeners.failed(hearer, e);
          }
          end(hearer, start);
        }
      } finally {
        mark[0] = false;
      }
    }
  }

  /** Returns when a call for the block {@code id} began, if it is one to be timed; else 0. */
  private long start(long id) {
    return (id * SPREAD) >>> -TIMED_BITS == 0 ? listeners.now() : 0;
  }

  private void end(Registration hearer, long start) {
    if (start != 0) {
      listeners.judge(hearer, listeners.now() - start);
    }
  }
}
