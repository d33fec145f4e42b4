package io.rmm.demo.cache;

/**
 * The two times that the cache needs: a coarse one for what is used when, which costs a plain read,
 * and the wall clock for expiry, which is asked only about entries that expire.
 */
final class CacheClock {

  private volatile int tick;

  /** Returns the coarse time: how often {@link #advance} was called. It may wrap round. */
  int tick() {
    return tick;
  }

  /** Returns milliseconds since the epoch. */
  long millis() {
    return System.currentTimeMillis();
  }

  /** Moves the coarse time on. For one thread at a time. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void advance() {
    tick++;
  }
}
