package io.rmm.jmx;

import io.rmm.allocator.TuningDecision;

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
 * @param verdict what was done: {@code RAISED}, {@code LOWERED} or {@code HELD}
 * @param reason one sentence with the figures that decided it
 */
public record DecisionRow(
    long time,
    String knob,
    long oldValue,
    long newValue,
    String rule,
    String mode,
    String verdict,
    String reason) {

  static DecisionRow of(TuningDecision decision, long time) {
    return new DecisionRow(
        time,
        decision.knob().id(),
        decision.oldValue(),
        decision.newValue(),
        decision.rule(),
        decision.mode().name(),
        decision.verdict().name(),
        decision.reason());
  }
}
