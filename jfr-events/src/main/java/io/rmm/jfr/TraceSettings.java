package io.rmm.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.SettingDefinition;

/**
 * The settings that say which blocks have their two events recorded; {@link TraceFilter} has them
 * as values, and decides before there is an event.
 *
 * <p>One class for each, one above the other: Flight Recorder of JDK 25 numbers the settings of one
 * class twice, in the order of the class file where it writes the code that asks them ({@code
 * ClassInspector}) and in that of reflection where it makes them ({@code EventControl}). Where the
 * two differ, as they do from run to run, each commit fails with a {@code ClassCastException}.
 * Among classes the order is fixed.
 */
abstract class TraceSettings extends MemoryEvent {

  @SettingDefinition
  @Label("Minimum Size")
  @Description("Bytes of the smallest slot whose block is recorded, for example 4k")
  boolean minimumSize(MinimumSizeSetting setting) {
    return true; // TraceFilter has decided
  }

  /** With the share of the blocks. */
  abstract static class Ratio extends TraceSettings {

    @SettingDefinition
    @Label("Sample Ratio")
    @Description("Share of the blocks that are recorded, chosen by id, for example 1/64")
    boolean sampleRatio(SampleRatioSetting setting) {
      return true;
    }
  }

  /** With their budgets. */
  abstract static class Budgets extends Ratio {

    @SettingDefinition
    @Label("Budgets")
    @Description(
        "Patterns of the paths of the budgets whose blocks are recorded, with commas between")
    boolean budgets(BudgetsSetting setting) {
      return true;
    }
  }
}
