package io.rmm.jfr;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.SlowAllocation;
import io.rmm.allocator.signal.EventNames;
import java.util.Locale;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;
import jdk.jfr.Timespan;

/**
 * An allocation that took long. Committed when it is over, so the time is a field ({@code took})
 * and has a setting of its own; see {@link MinimumTimeSetting}. The source does not tell of shorter
 * ones than the default lets through. It tells from a thread of its own, because the one that
 * waited holds a heap when it knows; so no stack is taken.
 */
@Name(EventNames.SLOW_ALLOCATION)
@Label("Slow Allocation")
@Description("An allocation waited long for a slot")
@StackTrace(false)
@Throttle("50/s")
final class SlowAllocationEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the budget that was asked")
  String budget = "";

  @Label("Requested Size")
  @Description("Bytes that the caller asked for")
  @DataAmount
  long requestedSize;

  @Label("Cause")
  @Description("Where most of the time went: chunk, lock, budget or system")
  String cause = "";

  @Label("Took")
  @Description("How long it took to find a slot")
  @Timespan(Timespan.NANOSECONDS)
  long took;

  @SettingDefinition
  @Label("Minimum Time")
  @Description("Allocations that took less are not recorded")
  boolean minimumTime(MinimumTime setting) {
    return setting.accepts(took);
  }

  /** The setting of this event. */
  static final class MinimumTime extends MinimumTimeSetting {
    MinimumTime() {
      super(SlowAllocation.LEAST_NANOS);
    }
  }

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onSlowAllocation(SlowAllocation allocation) {
        SlowAllocationEvent event = new SlowAllocationEvent();
        event.took = allocation.durationNanos(); // the setting looks at it
        if (event.shouldCommit()) {
          event.manager = manager;
          event.budget = allocation.budget();
          event.requestedSize = allocation.requestedBytes();
          event.cause = allocation.cause().name().toLowerCase(Locale.ROOT);
          event.commit();
        }
      }
    };
  }
}
