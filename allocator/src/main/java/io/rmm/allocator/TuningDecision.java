package io.rmm.allocator;

/**
 * What a tuner decided about one knob, and why.
 *
 * @param knob which setting
 * @param oldValue its value before
 * @param newValue its value after; equal to {@code oldValue} where the verdict was to hold
 * @param verdict what was done
 * @param rule the name of the rule that decided
 * @param reason one sentence with the figures that decided it
 */
public record TuningDecision(
    TuningKnob knob, long oldValue, long newValue, Verdict verdict, String rule, String reason) {

  /** What was done. */
  public enum Verdict {
    /** The value was raised. */
    RAISED,
    /** The value was lowered. */
    LOWERED,
    /** The value was left as it was. */
    HELD
  }
}
