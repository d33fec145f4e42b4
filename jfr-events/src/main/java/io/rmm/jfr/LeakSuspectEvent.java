package io.rmm.jfr;

import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;
import jdk.jfr.Timespan;

/**
 * A block that nobody can free any more. The thread that finds out has nothing to do with it, so no
 * stack is taken; the site tells where the block came from.
 */
@Name(EventNames.LEAK_SUSPECT)
@Label("Leak Suspect")
@Description("An observed block can no longer be freed by anybody")
@StackTrace(false)
@Throttle("off")
final class LeakSuspectEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the block's budget")
  String budget = "";

  @Label("Allocation Id")
  @Description("Number of the block, unique within its manager")
  @AllocationId
  long allocationId;

  @Label("Block Size")
  @Description("Bytes of the block's slot")
  @DataAmount
  long blockSize;

  @Label("Weight")
  @Description("Bytes of slots that this block stands for, as its sample did")
  @DataAmount
  long weight;

  @Label("Age")
  @Description("Time since the block's allocation")
  @Timespan(Timespan.NANOSECONDS)
  long age;

  @Label("Allocation Site")
  @Description("Frames that allocated the block, innermost first")
  String allocationSite = "";

  @Label("Evidence")
  @Description("Why the block is suspected, for example unreachable")
  String evidence = "";

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onLeak(LeakSuspect suspect) {
        LeakSuspectEvent event = new LeakSuspectEvent();
        if (event.shouldCommit()) {
          event.manager = manager;
          event.budget = suspect.budget();
          event.allocationId = suspect.blockId();
          event.blockSize = suspect.blockBytes();
          event.weight = suspect.weight();
          event.age = suspect.ageNanos();
          event.allocationSite = suspect.allocationSite().toString();
          event.evidence = suspect.evidence();
          event.commit();
        }
      }
    };
  }
}
