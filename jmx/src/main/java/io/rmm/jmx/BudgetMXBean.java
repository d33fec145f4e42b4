package io.rmm.jmx;

import io.rmm.allocator.BudgetLimits;

/**
 * What one budget and its descendants hold, under {@code
 * io.rmm:type=Budget,manager=name,name=path}; the path's names are joined by {@code /}, and {@code
 * root} is the first.
 *
 * <p>The usage threshold is that of {@link java.lang.management.MemoryPoolMXBean}: usage is looked
 * at once a second, and a notification of type {@code rmm.usage.threshold.exceeded} is sent when it
 * is found to have come to the threshold; the user data is the composite data of a {@link
 * ThresholdCrossing}. The next one is sent only after usage was found a twentieth below the
 * threshold. What comes and goes between two looks is not seen.
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

  @Description("Bytes at which a notification is sent, 0 for none")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getUsageThreshold();

  /**
   * Sets the threshold. Who does so is told as the event {@code rmm.ControlAction}.
   *
   * @param bytes the threshold, or 0 for none
   * @throws IllegalArgumentException if {@code bytes} is negative, or above the hard limit
   */
  void setUsageThreshold(long bytes);

  @Description("Whether used bytes are at the threshold or above it")
  boolean isUsageThresholdExceeded();

  @Description("How often used bytes were found to have come to the threshold so far")
  @Measure(units = "crossings", type = Measure.COUNTER)
  long getUsageThresholdCount();
}
