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

/**
 * What the slots of one size hold; one event for each size class that a source has used. Counters
 * count from the source's beginning.
 */
@Name(EventNames.SIZE_CLASS_STATISTICS)
@Label("Size Class Statistics")
@Description("What a size class holds")
@Period("30 s")
@StackTrace(false)
final class SizeClassStatisticsEvent extends MemoryEvent {

  @Label("Size Class")
  @Description("Bytes of a slot, 0 for all blocks that are larger than the largest class")
  @DataAmount
  long sizeClass;

  @Label("Live Blocks")
  @Description("Blocks of the class that are allocated and not freed")
  long live;

  @Label("Allocations")
  @Description("Allocations of the class so far")
  long allocations;

  @Label("Frees")
  @Description("Frees of the class so far")
  long frees;

  @Label("Slow Paths")
  @Description("How often no free slot of the class was at hand so far")
  long slowPaths;

  @Label("Wasted")
  @Description("Bytes of the slots held beyond what callers asked for")
  @DataAmount
  long wasted;

  static void commitFor(MemorySource source) {
    if (!new SizeClassStatisticsEvent().isEnabled()) {
      return; // no snapshot for nothing
    }
    String manager = source.name();
    for (MemorySnapshot.SizeClassUsage usage : source.snapshot().sizeClasses()) {
      SizeClassStatisticsEvent event = new SizeClassStatisticsEvent();
      event.manager = manager;
      event.sizeClass = usage.slotBytes();
      event.live = usage.liveBlocks();
      event.allocations = usage.allocations();
      event.frees = usage.frees();
      event.slowPaths = usage.slowPaths();
      event.wasted = usage.wastedBytes();
      event.commit();
    }
  }
}
