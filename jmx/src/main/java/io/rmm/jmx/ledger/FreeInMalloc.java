package io.rmm.jmx.ledger;

import io.rmm.allocator.MemorySource;
import io.rmm.jmx.NativeEvidence;
import java.util.Collection;
import java.util.function.LongSupplier;

/**
 * Memory that was freed, and that the C library keeps for the next {@code malloc}. After a burst it
 * may be most of what is resident, and it is nobody's.
 *
 * <p>The C library tells it, with a lock held on the memory that it looks through: 20 ms for
 * 100,000 free pieces, in which threads that take memory there wait. So it is asked only where much
 * is unexplained without, and for no more than a thousandth of the time. Not much more seldom than
 * that: after a while the answer is wrong, since the JIT takes and frees some 20 MiB at times.
 */
final class FreeInMalloc {

  /** What is unexplained below this part of the resident memory is not worth the waiting. */
  private static final long WORTH_PART = 50;

  private static final long REST_PER_COST = 1_000;

  private final LongSupplier nanoClock;
  private long bytes;
  private long askedNanoTime;
  private long restNanos;

  FreeInMalloc(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * Returns what the C library keeps; 0 if that is not known, or not worth to ask for.
   *
   * @param unclaimed resident bytes of which nobody else knows what they are
   */
  long bytes(Collection<MemorySource> sources, long unclaimed, long resident) {
    long now = nanoClock.getAsLong();
    if (now - askedNanoTime < restNanos) {
      return bytes;
    }
    bytes = 0;
    restNanos = 0;
    if (unclaimed <= resident / WORTH_PART) {
      return 0;
    }
    for (MemorySource source : sources) {
      if (source instanceof NativeEvidence evidence) {
        bytes = Math.max(0, evidence.bytesFreeInMalloc());
        askedNanoTime = nanoClock.getAsLong();
        restNanos = REST_PER_COST * (askedNanoTime - now);
      }
    }
    return bytes;
  }
}
