package io.rmm.allocator;

import java.time.Duration;

/**
 * What became of a decision that changed a knob.
 *
 * @param decision the decision
 * @param span the time since the decision in which it was measured
 * @param measured what the new value has cost and kept in that time
 * @param confirmed whether the tuner counts the decision as a good one now; its rule for that is
 *     its own
 */
public record TuningOutcome(
    TuningDecision decision, Duration span, TuningEffect measured, boolean confirmed) {

  /**
   * Checks that there is something to look back at.
   *
   * @throws IllegalArgumentException if the decision changed nothing, or no time has passed since
   */
  public TuningOutcome {
    if (decision.verdict() == TuningDecision.Verdict.HELD) {
      throw new IllegalArgumentException("a decision that held the knob has no outcome");
    }
    if (!span.isPositive()) {
      throw new IllegalArgumentException("an outcome is measured over some time, not " + span);
    }
  }
}
