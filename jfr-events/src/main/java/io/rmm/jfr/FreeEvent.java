package io.rmm.jfr;

import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * One block's end; the other half of the pair is {@code rmm.Allocation}, where more is told. It has
 * no settings of its own for which blocks are recorded: those of {@code rmm.Allocation} go for
 * both, so that pairs are pairs whatever is set.
 */
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
}
