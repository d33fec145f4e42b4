package io.rmm.allocator.observe;

import io.rmm.allocator.MemoryListener;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A listener and its record. Equal if the listener is the same object. */
final class Registration {

  final MemoryListener listener;
  final AtomicLong calls = new AtomicLong();
  final AtomicLong nanos = new AtomicLong();

  /** What it is to hear first, if it came late. Written and changed under the lock. */
  volatile @Nullable ArrayDeque<Consumer<MemoryListener>> waiting;

  /**
   * Failures in a row. Racing threads may lose one, or take one for in a row that is not: whoever
   * fails always is dropped all the same, a little later.
   */
  private int failures;

  Registration(MemoryListener listener) {
    this.listener = listener;
  }

  /** Notes that a call went well. */
  void succeeded() {
    // Mostly it is 0 already, and to write it would take the line from all other threads.
    if (failures != 0) {
      failures = 0;
    }
  }

  /** Notes that a call failed; returns how many have, in a row. */
  int failed() {
    return ++failures;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // two listeners are two, whatever they say of it
  public boolean equals(@Nullable Object other) {
    return other instanceof Registration that && that.listener == listener;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(listener);
  }
}
