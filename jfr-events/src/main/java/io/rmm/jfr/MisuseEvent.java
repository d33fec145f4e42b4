package io.rmm.jfr;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.signal.EventNames;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;
import jdk.jfr.Timespan;

/**
 * A misuse of memory. An event has one stack, that of the thread that found the misuse; the sites
 * are strings beside it.
 */
@Name(EventNames.MISUSE)
@Label("Misuse")
@Description("Memory was misused")
@Throttle("50/s")
final class MisuseEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the block's budget, empty if no block is concerned")
  String budget = "";

  @Label("Kind")
  @Description("What was done wrong, for example DOUBLE_FREE")
  String kind = "";

  @Label("Allocation Id")
  @Description("Number of the block, unique within its manager, or 0")
  @AllocationId
  long allocationId;

  @Label("Block Size")
  @Description("Bytes that were asked for the block, or 0")
  @DataAmount
  long blockSize;

  @Label("Slot Size")
  @Description("Bytes of the slot that the block stands in, or 0")
  @DataAmount
  long slotSize;

  @Label("Offset")
  @Description(
      "Where it was misused, in bytes from the block's start; before the block if negative, behind"
          + " it from its size on")
  @DataAmount
  long offset;

  @Label("Age")
  @Description("Time from the block's allocation to the report, 0 if it was not observed")
  @Timespan(Timespan.NANOSECONDS)
  long age;

  @Label("Allocation Site")
  @Description("Frames that allocated the block, innermost first, or unknown")
  String allocationSite = "";

  @Label("Free Site")
  @Description("Frames that had freed the block, innermost first, or unknown")
  String freeSite = "";

  @Label("Detection Site")
  @Description("Frames that found the misuse, innermost first, or unknown")
  String detectionSite = "";

  @Label("Owner Thread")
  @Description("Name of the thread that allocated the block, empty if it was not observed")
  String ownerThread = "";

  @Label("Free Thread")
  @Description("Name of the thread that had freed the block, empty if that is not known")
  String freeThread = "";

  @Label("Thread Name")
  @Description("Name of the thread in which the misuse was found")
  String threadName = "";

  @Label("Mode")
  @Description("Safety mode of the manager, for example STANDARD")
  String mode = "";

  @Label("Confidence")
  @Description("How sure it is that this is so: CERTAIN, LIKELY or POSSIBLE")
  String confidence = "";

  @Label("Occurrences")
  @Description("Misuses of this kind with the same sites so far, this one included")
  long occurrences;

  @Label("Detail")
  @Description("What happened, in one sentence")
  String detail = "";

  @Label("Suppressed")
  @Description("Misuses of this manager that the throttle kept out since the event before")
  long suppressed;

  static MemoryListener listener(String manager) {
    AtomicLong suppressed = new AtomicLong();
    return new MemoryListener() {
      @Override
      public void onMisuse(MisuseReport report) {
        MisuseEvent event = new MisuseEvent();
        if (!event.isEnabled()) {
          suppressed.set(0);
        } else if (!event.shouldCommit()) {
          suppressed.incrementAndGet();
        } else {
          event.manager = manager;
          event.suppressed = suppressed.getAndSet(0);
          event.fill(report);
          event.commit();
        }
      }
    };
  }

  private void fill(MisuseReport report) {
    budget = report.budget();
    kind = report.kind().name();
    allocationId = report.blockId();
    blockSize = report.blockSize();
    slotSize = report.slotSize();
    offset = report.offset();
    age = report.ageNanos();
    allocationSite = report.allocationSite().toString();
    freeSite = report.freeSite().toString();
    detectionSite = report.detectionSite().toString();
    ownerThread = report.allocationThread();
    freeThread = report.freeThread();
    threadName = report.threadName();
    mode = report.mode().name();
    confidence = report.confidence().name();
    occurrences = report.occurrences();
    detail = report.detail();
  }
}
