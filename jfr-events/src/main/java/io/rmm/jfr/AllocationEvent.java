package io.rmm.jfr;

import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * One block's allocation; the other half of the pair is {@code rmm.Free}. Off by default, because
 * it is committed for every block that the settings let through, see {@link TraceFilter}. Not
 * throttled: a throttle would tear pairs apart. A stack only where a recording asks for it.
 */
@Name(EventNames.ALLOCATION)
@Label("Allocation")
@Description("A block was allocated")
@Enabled(false)
@StackTrace(false)
final class AllocationEvent extends TraceSettings.Budgets {

  @Label("Budget")
  @Description("Path of the budget that was charged")
  String budget = "";

  @Label("Allocation Id")
  @Description("Number of the block, unique within its manager")
  @AllocationId
  long allocationId;

  @Label("Requested Size")
  @Description("Bytes that the caller asked for")
  @DataAmount
  long requestedSize;

  @Label("Block Size")
  @Description("Bytes of the slot that was handed out")
  @DataAmount
  long blockSize;
}
