package io.rmm.jfr;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** What one budget and its descendants hold; one event for each budget of a source. */
@Name(EventNames.BUDGET_STATISTICS)
@Label("Budget Statistics")
@Description("What a budget holds")
@Period("5 s")
@StackTrace(false)
final class BudgetStatisticsEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Names from the root budget to this one, joined by a slash")
  String budget = "";

  @Label("Used")
  @Description("Bytes of the slots that the budget and its descendants hold")
  @DataAmount
  long used;

  @Label("Peak")
  @Description("Highest used bytes so far")
  @DataAmount
  long peak;

  @Label("Soft Limit")
  @Description("Bytes from which the budget is under pressure, 2^63 - 1 if there is no limit")
  @DataAmount
  long soft;

  @Label("Hard Limit")
  @Description("Bytes that are never exceeded, 2^63 - 1 if there is no limit")
  @DataAmount
  long hard;

  @Label("Minimum")
  @Description("Bytes that the budget may always have")
  @DataAmount
  long minimum;

  @Label("Rejections")
  @Description("Allocations asked of this very budget that were refused so far")
  long rejections;

  static void commitFor(MemorySource source) {
    if (!new BudgetStatisticsEvent().isEnabled()) {
      return; // no snapshot for nothing
    }
    String manager = source.name();
    for (MemorySnapshot.BudgetUsage usage : source.snapshot().budgets()) {
      BudgetStatisticsEvent event = new BudgetStatisticsEvent();
      event.manager = manager;
      event.budget = usage.path();
      event.used = usage.usedBytes();
      event.peak = usage.peakBytes();
      event.soft = usage.limits().soft();
      event.hard = usage.limits().hard();
      event.minimum = usage.limits().minimum();
      event.rejections = usage.rejections();
      event.commit();
    }
  }
}
