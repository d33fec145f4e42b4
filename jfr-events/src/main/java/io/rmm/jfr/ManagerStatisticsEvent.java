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

/** The totals of a source. Counters count from the source's beginning. */
@Name(EventNames.MANAGER_STATISTICS)
@Label("Manager Statistics")
@Description("What a memory manager holds")
@Period("5 s")
@StackTrace(false)
final class ManagerStatisticsEvent extends MemoryEvent {

  @Label("Requested")
  @Description("Bytes that callers asked for and hold")
  @DataAmount
  long requested;

  @Label("Used")
  @Description("Bytes of the slots handed out")
  @DataAmount
  long used;

  @Label("Active")
  @Description("Bytes of the pages with a live slot")
  @DataAmount
  long active;

  @Label("Committed")
  @Description("Bytes backed by memory")
  @DataAmount
  long committed;

  @Label("Reserved")
  @Description("Bytes of address space")
  @DataAmount
  long reserved;

  @Label("Peak Used")
  @Description("Highest used bytes so far")
  @DataAmount
  long peakUsed;

  @Label("Live Blocks")
  @Description("Blocks that are allocated and not freed")
  long liveBlocks;

  @Label("Allocations")
  @Description("Allocations so far")
  long allocations;

  @Label("Frees")
  @Description("Frees so far")
  long frees;

  @Label("Allocated")
  @Description("Bytes of all slots handed out so far")
  @DataAmount
  long allocated;

  @Label("Freed")
  @Description("Bytes of all slots taken back so far")
  @DataAmount
  long freed;

  @Label("Rejections")
  @Description("Allocations that budgets refused so far")
  long rejections;

  @Label("Misuses")
  @Description("Misuses found so far")
  long misuses;

  @Label("Remote Frees")
  @Description("Frees by threads that do not own the page, so far")
  long remoteFrees;

  @Label("Observed Blocks")
  @Description("Live blocks whose site and age are known")
  long observedBlocks;

  static void commitFor(MemorySource source) {
    ManagerStatisticsEvent event = new ManagerStatisticsEvent();
    if (event.isEnabled()) {
      event.manager = source.name();
      event.fill(source.snapshot());
      event.commit();
    }
  }

  private void fill(MemorySnapshot snapshot) {
    requested = snapshot.requestedBytes();
    used = snapshot.usedBytes();
    active = snapshot.activeBytes();
    committed = snapshot.committedBytes();
    reserved = snapshot.reservedBytes();
    peakUsed = snapshot.peakUsedBytes();
    liveBlocks = snapshot.liveBlocks();
    allocations = snapshot.allocations();
    frees = snapshot.frees();
    allocated = snapshot.allocatedBytes();
    freed = snapshot.freedBytes();
    rejections = snapshot.rejections();
    misuses = snapshot.misuses();
    remoteFrees = snapshot.remoteFrees();
    observedBlocks = snapshot.observedBlocks();
  }
}
