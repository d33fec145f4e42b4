package io.rmm.jmx;

import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningOutcome;

/**
 * What a tuner decided, as JMX shows it: the attribute {@link TuningMXBean#getDecisions()
 * Decisions} and the user data of notifications have the same form.
 *
 * @param time when it was decided, in milliseconds since the epoch
 * @param knob the name of the setting
 * @param oldValue its value before
 * @param newValue its value after
 * @param rule the name of the rule that decided
 * @param mode what the tuner was allowed to do: {@code APPLY}, or {@code ADVISE}, in which each
 *     verdict is {@code HELD}
 * @param predictedCost nanoseconds a second that the operating system was expected to work because
 *     of the new value, page faults left out; -1 if nothing was predicted
 * @param predictedBytes committed bytes without a live block that the new value was expected to
 *     keep; -1 if nothing was predicted
 * @param verdict what was done: {@code RAISED}, {@code LOWERED} or {@code HELD}
 * @param reason one sentence with the figures that decided it
 * @param measuredCost what the new value has cost, as {@code predictedCost}; -1 as long as the
 *     tuner has not looked back
 * @param measuredBytes what the new value has kept, as {@code predictedBytes}; -1 as long as the
 *     tuner has not looked back
 * @param outcome {@code CONFIRMED} if it cost and kept no more than predicted, by the tuner's rule,
 *     else {@code NOT_CONFIRMED}; empty as long as the tuner has not looked back
 */
public record DecisionRow(
    long time,
    String knob,
    long oldValue,
    long newValue,
    String rule,
    String mode,
    long predictedCost,
    long predictedBytes,
    String verdict,
    String reason,
    long measuredCost,
    long measuredBytes,
    String outcome) {

  static DecisionRow of(TuningDecision decision, long time) {
    return new DecisionRow(
        time,
        decision.knob().id(),
        decision.oldValue(),
        decision.newValue(),
        decision.rule(),
        decision.mode().name(),
        decision.predicted().cost(),
        decision.predicted().bytes(),
        decision.verdict().name(),
        decision.reason(),
        TuningEffect.NOT_KNOWN,
        TuningEffect.NOT_KNOWN,
        "");
  }

  /** Tells whether this row is of {@code decision}, and tells no outcome yet. */
  boolean awaitsOutcomeOf(TuningDecision decision) {
    return equals(of(decision, time));
  }

  /** Returns the row with what became of its decision. */
  DecisionRow with(TuningOutcome outcome) {
    return new DecisionRow(
        time,
        knob,
        oldValue,
        newValue,
        rule,
        mode,
        predictedCost,
        predictedBytes,
        verdict,
        reason,
        outcome.measured().cost(),
        outcome.measured().bytes(),
        outcome.confirmed() ? "CONFIRMED" : "NOT_CONFIRMED");
  }
}
