package io.rmm.jfr;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * What became of a decision. The {@link TuningDecisionEvent} that it belongs to is the latest one
 * of the same knob and values before it, {@code after} earlier.
 */
@Name(EventNames.TUNING_OUTCOME)
@Label("Tuning Outcome")
@Description("A tuner looked back at a decision that changed a setting")
@StackTrace(false)
final class TuningOutcomeEvent extends MemoryEvent {

  @Label("Knob")
  @Description("Name of the setting, for example retained_bytes")
  String knob = "";

  @Label("Old Value")
  @Description("Value before the decision, in the unit of the setting")
  long oldValue;

  @Label("New Value")
  @Description("Value after the decision")
  long newValue;

  @Label("Rule")
  @Description("Name of the rule that had decided")
  String rule = "";

  @Label("After")
  @Description("Time since the decision, in which was measured")
  @Timespan(Timespan.NANOSECONDS)
  long after;

  @Label("Predicted Cost")
  @Description(
      "Time in each second that the operating system was expected to work because of the new"
          + " value, page faults left out; -1 if nothing was predicted")
  @Timespan(Timespan.NANOSECONDS)
  long predictedCost;

  @Label("Predicted Bytes")
  @Description(
      "Committed bytes without a live block that the new value was expected to keep; -1 if nothing"
          + " was predicted")
  @DataAmount
  long predictedBytes;

  @Label("Measured Cost")
  @Description(
      "Time in each second that the operating system has worked because of the new value, page"
          + " faults left out; -1 if not known")
  @Timespan(Timespan.NANOSECONDS)
  long measuredCost;

  @Label("Measured Bytes")
  @Description(
      "Mean of the committed bytes without a live block since the decision; -1 if not known")
  @DataAmount
  long measuredBytes;

  @Label("Confirmed")
  @Description("Whether the new value cost and kept no more than predicted, by the tuner's rule")
  boolean confirmed;

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onTuningOutcome(TuningOutcome outcome) {
        TuningOutcomeEvent event = new TuningOutcomeEvent();
        if (event.shouldCommit()) {
          TuningDecision decision = outcome.decision();
          event.manager = manager;
          event.knob = decision.knob().id();
          event.oldValue = decision.oldValue();
          event.newValue = decision.newValue();
          event.rule = decision.rule();
          event.after = outcome.span().toNanos();
          event.predictedCost = decision.predicted().cost();
          event.predictedBytes = decision.predicted().bytes();
          event.measuredCost = outcome.measured().cost();
          event.measuredBytes = outcome.measured().bytes();
          event.confirmed = outcome.confirmed();
          event.commit();
        }
      }
    };
  }
}
