package io.rmm.jfr;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** What a tuner decided, and why. */
@Name(EventNames.TUNING_DECISION)
@Label("Tuning Decision")
@Description("A tuner decided about a setting")
@StackTrace(false)
final class TuningDecisionEvent extends MemoryEvent {

  @Label("Knob")
  @Description("Name of the setting, for example retained_bytes")
  String knob = "";

  @Label("Old Value")
  @Description("Value before the decision, in the unit of the setting")
  long oldValue;

  @Label("New Value")
  @Description("Value after the decision, the old one if it was held")
  long newValue;

  @Label("Rule")
  @Description("Name of the rule that decided")
  String rule = "";

  @Label("Mode")
  @Description("What the tuner was allowed to do: APPLY, or ADVISE, in which each verdict is HELD")
  String mode = "";

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

  @Label("Verdict")
  @Description("What was done: RAISED, LOWERED or HELD")
  String verdict = "";

  @Label("Reason")
  @Description("The figures that decided, in one sentence")
  String reason = "";

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onTuning(TuningDecision decision) {
        TuningDecisionEvent event = new TuningDecisionEvent();
        if (event.shouldCommit()) {
          event.manager = manager;
          event.knob = decision.knob().id();
          event.oldValue = decision.oldValue();
          event.newValue = decision.newValue();
          event.rule = decision.rule();
          event.mode = decision.mode().name();
          event.predictedCost = decision.predicted().cost();
          event.predictedBytes = decision.predicted().bytes();
          event.verdict = decision.verdict().name();
          event.reason = decision.reason();
          event.commit();
        }
      }
    };
  }
}
