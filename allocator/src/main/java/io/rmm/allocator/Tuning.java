package io.rmm.allocator;

import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.log.Log;
import io.rmm.allocator.observe.Listeners;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The knobs of one manager, and the mode of the tuner that turns them, if there is one. */
final class Tuning {

  private final ChunkPool pool;
  private final Listeners listeners;
  private final AtomicLong decisions = new AtomicLong();

  /** Null while no tuner is attached. */
  private @Nullable TuningMode mode;

  private Supplier<List<WhatIf>> whatIf = List::of;

  Tuning(ChunkPool pool, Listeners listeners) {
    this.pool = pool;
    this.listeners = listeners;
  }

  void decided(TuningDecision decision) {
    if (decision.newValue() < 0) {
      throw new IllegalArgumentException(
          decision.knob().id() + " must be 0 or more, not " + decision.newValue());
    }
    if (decision.verdict() != TuningDecision.Verdict.HELD) {
      pool.setRetainedLimit(decision.newValue());
      decisions.incrementAndGet();
    }
    listeners.tell(listener -> listener.onTuning(decision));
  }

  void assessed(TuningOutcome outcome) {
    listeners.tell(listener -> listener.onTuningOutcome(outcome));
  }

  long knob(TuningKnob knob) {
    return switch (knob) {
      case RETAINED_BYTES -> pool.retainedLimit();
    };
  }

  /** Returns the number of decisions that changed a knob. */
  long decisions() {
    return decisions.get();
  }

  synchronized void begin(TuningMode first, Supplier<List<WhatIf>> answers) {
    if (mode != null) {
      throw new IllegalStateException("there is a tuner already, and two would undo each other");
    }
    mode = first;
    whatIf = answers;
  }

  synchronized void end() {
    mode = null;
    whatIf = List::of;
  }

  /** Asks the tuner; one that fails to answer predicts nothing. */
  List<WhatIf> whatIf() {
    Supplier<List<WhatIf>> answers;
    synchronized (this) {
      answers = whatIf;
    }
    try {
      return List.copyOf(answers.get());
    } catch (RuntimeException e) {
      Log.logger().log(System.Logger.Level.DEBUG, "a tuner does not tell what it predicts", e);
      return List.of();
    }
  }

  /** Sets the mode, and returns the one before. */
  synchronized TuningMode setMode(TuningMode next) {
    TuningMode before = mode;
    if (before == null) {
      throw new IllegalStateException("there is no tuner");
    }
    mode = next;
    return before;
  }

  synchronized Optional<TuningMode> mode() {
    return Optional.ofNullable(mode);
  }
}
