package io.rmm.stress;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The first failure among many threads, at which all of them end. */
final class Failures {

  private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

  void add(Throwable failure) {
    first.compareAndSet(null, failure);
  }

  boolean isEmpty() {
    return first.get() == null;
  }

  /** Throws if there was one. */
  void check() {
    Throwable failure = first.get();
    if (failure != null) {
      throw new Violation("a thread has failed", failure);
    }
  }
}
