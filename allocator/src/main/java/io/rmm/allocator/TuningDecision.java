package io.rmm.allocator;

import java.util.Locale;

/**
 * What a tuner decided about one knob, and why.
 *
 * @param knob which setting
 * @param oldValue its value before
 * @param newValue its value after; equal to {@code oldValue} where the verdict was to hold
 * @param verdict what was done
 * @param rule the name of the rule that decided
 * @param reason one sentence with the figures that decided it
 * @param mode what the tuner was allowed to do; unless that was {@link TuningMode#APPLY}, the
 *     verdict is to hold
 * @param predicted what the tuner expects of {@code newValue}; unknown for one that predicts
 *     nothing
 */
public record TuningDecision(
    TuningKnob knob,
    long oldValue,
    long newValue,
    Verdict verdict,
    String rule,
    String reason,
    TuningMode mode,
    TuningEffect predicted) {

  /**
   * Checks that what may not be changed is not.
   *
   * @throws IllegalArgumentException if the knob was changed in another mode than {@link
   *     TuningMode#APPLY}
   */
  public TuningDecision {
    if (mode != TuningMode.APPLY && verdict != Verdict.HELD) {
      throw new IllegalArgumentException(
          "in mode " + mode + " a knob is held, not " + verdict.name().toLowerCase(Locale.ROOT));
    }
  }

  /** Makes a decision of which nothing is predicted. */
  public TuningDecision(
      TuningKnob knob,
      long oldValue,
      long newValue,
      Verdict verdict,
      String rule,
      String reason,
      TuningMode mode) {
    this(knob, oldValue, newValue, verdict, rule, reason, mode, TuningEffect.UNKNOWN);
  }

  /** Makes a decision of one that is allowed to do what it decides, and predicts nothing. */
  public TuningDecision(
      TuningKnob knob, long oldValue, long newValue, Verdict verdict, String rule, String reason) {
    this(knob, oldValue, newValue, verdict, rule, reason, TuningMode.APPLY);
  }

  /** Returns the same decision with a prediction of what the new value does. */
  public TuningDecision predicting(TuningEffect effect) {
    return new TuningDecision(knob, oldValue, newValue, verdict, rule, reason, mode, effect);
  }

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
