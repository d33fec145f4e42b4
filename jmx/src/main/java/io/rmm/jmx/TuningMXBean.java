package io.rmm.jmx;

import java.util.List;
import java.util.Map;

/**
 * The settings of one source that may change while the program runs, under {@code
 * io.rmm:type=Tuning,manager=name}, and what a tuner decided about them.
 *
 * <p>Each decision is also sent as a notification of type {@code rmm.tuning.decided}, whose user
 * data is the composite data of a {@link DecisionRow}.
 */
@Description("Settings that may change while the program runs, and what a tuner decided about them")
public interface TuningMXBean {

  @Description("What the tuner may do: OFF, ADVISE or APPLY; empty if there is no tuner")
  String getMode();

  @Description("Settings with their values in force")
  List<KnobRow> getKnobs();

  /** The same values as a table by name: many clients can follow a row of one, but no list. */
  @Description("Values of the settings in force, by the name of the setting")
  Map<String, Long> getKnobValues();

  @Description("Decisions so far that changed a setting")
  @Measure(units = "decisions", type = Measure.COUNTER)
  long getDecisionCount();

  @Description("The latest decisions with what became of them, the most recent first, 64 at most")
  List<DecisionRow> getDecisions();

  @Description(
      "What the tuner predicts for settings lower and higher than that in force; empty if there is"
          + " no tuner, or it has seen too little")
  List<WhatIfRow> getWhatIf();
}
