package io.rmm.jmx;

import io.rmm.allocator.MemorySnapshot.SizeClassUsage;
import io.rmm.allocator.PressureLevel;
import java.util.List;

/**
 * The totals of one memory manager, or of another source of memory, under {@code
 * io.rmm:type=MemoryManager,manager=name}.
 *
 * <p>{@code Requested <= Used <= Active <= Committed <= Reserved}, also between the attributes that
 * one {@code getAttributes} call returns: they come from one snapshot. It may be 10 ms old.
 *
 * <p>A change of pressure on any budget is sent as a notification of type {@code
 * rmm.pressure.changed}, whose user data is the composite data of a {@link PressureIncident}.
 */
@Description("What a memory manager holds")
public interface MemoryManagerMXBean {

  @Description("Bytes that callers asked for and hold")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getRequested();

  @Description("Bytes of the slots handed out")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getUsed();

  @Description("Bytes of the pages with a live slot")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getActive();

  @Description("Bytes backed by memory")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getCommitted();

  @Description("Bytes of address space")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getReserved();

  @Description("Highest used bytes so far")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getPeakUsed();

  @Description("Blocks that are allocated and not freed")
  @Measure(units = "blocks", type = Measure.GAUGE)
  long getLiveBlocks();

  @Description("Allocations so far")
  @Measure(units = "allocations", type = Measure.COUNTER)
  long getAllocations();

  @Description("Frees so far")
  @Measure(units = "frees", type = Measure.COUNTER)
  long getFrees();

  @Description("Bytes of all slots handed out so far")
  @Measure(units = "bytes", type = Measure.COUNTER)
  long getAllocated();

  @Description("Bytes of all slots taken back so far")
  @Measure(units = "bytes", type = Measure.COUNTER)
  long getFreed();

  @Description("Allocations that budgets refused so far")
  @Measure(units = "rejections", type = Measure.COUNTER)
  long getRejections();

  @Description("Misuses found so far")
  @Measure(units = "misuses", type = Measure.COUNTER)
  long getMisuses();

  @Description("Frees by threads that do not own the page, so far")
  @Measure(units = "frees", type = Measure.COUNTER)
  long getRemoteFrees();

  @Description("Live blocks whose site and age are known")
  @Measure(units = "blocks", type = Measure.GAUGE)
  long getObservedBlocks();

  @Description("Arenas that are open")
  @Measure(units = "arenas", type = Measure.GAUGE)
  long getOpenArenas();

  @Description("Live blocks that stand between guard pages")
  @Measure(units = "blocks", type = Measure.GAUGE)
  long getGuardedBlocks();

  @Description("Bytes of the pages of these, which come on top of Committed and of the hard limit")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getGuardBytes();

  @Description("Bytes given back to the operating system so far")
  @Measure(units = "bytes", type = Measure.COUNTER)
  long getReturned();

  @Description("Calls made to the operating system so far")
  @Measure(units = "calls", type = Measure.COUNTER)
  long getSystemCalls();

  @Description("Version of the memory manager, empty if it does not say")
  String getVersion();

  @Description("How much is spent on finding misuse, empty if the source does not say")
  String getSafetyMode();

  @Description(
      "Where its memory comes from: linux (mapped from the operating system) or portable (arenas of"
          + " the JDK); empty if the source does not say")
  String getPageSource();

  @Description("Where the used bytes stand to the limits of the root budget: NONE, SOFT or HARD")
  PressureLevel getPressureLevel();

  @Description(
      "Size classes that have been used, the smallest first; the slot size 0 stands for all blocks"
          + " above the largest class")
  List<SizeClassUsage> getSizeClasses();

  @Description(
      "Notifications of all beans of this source dropped so far because listeners were too slow")
  @Measure(units = "notifications", type = Measure.COUNTER)
  long getNotificationsDropped();
}
