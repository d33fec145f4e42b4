package io.rmm.jfr;

import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;

/** One block's end; the other half of the pair is {@code rmm.Allocation}, where more is told. */
@Name(EventNames.FREE)
@Label("Free")
@Description("A block was freed")
@Enabled(false)
@StackTrace(false)
final class FreeEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the budget that held the block")
  String budget = "";

  @Label("Allocation Id")
  @Description("Number of the block, unique within its manager")
  @AllocationId
  long allocationId;

  @Label("Block Size")
  @Description("Bytes of the block's slot")
  @DataAmount
  long blockSize;

  @Label("Freed by Owner")
  @Description("Whether the thread that freed the block is the one that it was allocated by")
  boolean freedByOwner;

  @Label("Cause")
  @Description("By which way the block was freed: close, arena or address")
  String cause = "";

  @SettingDefinition
  @Label("Minimum Size")
  @Description("Bytes of the smallest slot whose block is recorded, for example 4k")
  boolean minimumSize(MinimumSize setting) {
    return true; // TraceFilter has decided, before there was an event
  }

  @SettingDefinition
  @Label("Sample Ratio")
  @Description("Share of the blocks that are recorded, chosen by id, for example 1/64")
  boolean sampleRatio(Ratio setting) {
    return true;
  }

  @SettingDefinition
  @Label("Budgets")
  @Description(
      "Patterns of the paths of the budgets whose blocks are recorded, with commas between")
  boolean budgets(Budgets setting) {
    return true;
  }

  /** The setting of this event. */
  static final class MinimumSize extends MinimumSizeSetting {
    MinimumSize() {
      super(TraceFilter.FREES);
    }
  }

  /** The setting of this event. */
  static final class Ratio extends SampleRatioSetting {
    Ratio() {
      super(TraceFilter.FREES);
    }
  }

  /** The setting of this event. */
  static final class Budgets extends BudgetsSetting {
    Budgets() {
      super(TraceFilter.FREES);
    }
  }
}
