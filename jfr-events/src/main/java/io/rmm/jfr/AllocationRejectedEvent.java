package io.rmm.jfr;

import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/** A refused allocation. How many there were in all stands in the budget's statistics. */
@Name(EventNames.ALLOCATION_REJECTED)
@Label("Allocation Rejected")
@Description("A budget refused an allocation")
@Throttle("20/s")
final class AllocationRejectedEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the budget that was asked")
  String budget = "";

  @Label("Requested Size")
  @Description("Bytes that the caller asked for")
  @DataAmount
  long requestedSize;

  @Label("Used")
  @Description("Bytes that the refusing budget held")
  @DataAmount
  long used;

  @Label("Limit")
  @Description("Hard limit that would have been exceeded")
  @DataAmount
  long limit;

  @Label("Rejected By")
  @Description("Path of the budget that refused: the one that was asked, or an ancestor of it")
  String rejectedBy = "";

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onRejection(AllocationRejection rejection) {
        AllocationRejectedEvent event = new AllocationRejectedEvent();
        if (event.shouldCommit()) {
          event.manager = manager;
          event.budget = rejection.budget();
          event.requestedSize = rejection.requestedBytes();
          event.used = rejection.usedBytes();
          event.limit = rejection.limitBytes();
          event.rejectedBy = rejection.rejectedBy();
          event.commit();
        }
      }
    };
  }
}
