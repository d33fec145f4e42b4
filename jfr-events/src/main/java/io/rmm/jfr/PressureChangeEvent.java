package io.rmm.jfr;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.PressureChange;
import io.rmm.allocator.signal.EventNames;
import java.util.Locale;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A budget got under pressure, or out of it. The source's clock finds out, so no stack is taken,
 * and tells of the edges only, so there is no throttle.
 */
@Name(EventNames.PRESSURE_CHANGE)
@Label("Pressure Change")
@Description("Memory got short, or is no longer")
@StackTrace(false)
final class PressureChangeEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the budget")
  String budget = "";

  @Label("Level")
  @Description("Level of pressure from now on, as the beans have it")
  String level = "";

  @Label("Previous Level")
  @Description("Level of pressure until now")
  String previousLevel = "";

  @Label("Used")
  @Description("Bytes that the budget held")
  @DataAmount
  long used;

  @Label("Limit")
  @Description("Bytes of the limit that it was held against")
  @DataAmount
  long limit;

  @Label("Cause")
  @Description("Whose limit that is: own, the budget's")
  String cause = "";

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onPressure(PressureChange change) {
        PressureChangeEvent event = new PressureChangeEvent();
        if (event.shouldCommit()) {
          event.manager = manager;
          event.budget = change.budget();
          event.level = change.level().name();
          event.previousLevel = change.previousLevel().name();
          event.used = change.usedBytes();
          event.limit = change.limitBytes();
          event.cause = change.cause().name().toLowerCase(Locale.ROOT);
          event.commit();
        }
      }
    };
  }
}
