package io.rmm.jmx;

import io.rmm.allocator.BudgetLimits;

/**
 * What one budget and its descendants hold, under {@code
 * io.rmm:type=Budget,manager=name,name=path}; the path's names are joined by {@code /}, and {@code
 * root} is the first.
 */
@Description("What a budget and its descendants hold")
public interface BudgetMXBean {

  @Description("Bytes of the slots held")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getUsed();

  @Description("Highest used bytes so far")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getPeak();

  @Description(
      "Limits in force, in bytes: guaranteed, begin of pressure, never exceeded; 2^63 - 1 for no"
          + " limit")
  BudgetLimits getLimits();

  @Description("Allocations asked of this very budget that were refused so far")
  @Measure(units = "rejections", type = Measure.COUNTER)
  long getRejections();

  @Description("Allocations so far")
  @Measure(units = "allocations", type = Measure.COUNTER)
  long getAllocations();

  @Description("Frees so far")
  @Measure(units = "frees", type = Measure.COUNTER)
  long getFrees();
}
