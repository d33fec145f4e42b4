package io.rmm.jfr;

import io.rmm.allocator.AllocationSample;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.signal.EventNames;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/**
 * An allocation chosen by byte sampling.
 *
 * <p>Samples are throttled, yet the sum of the weights must go on estimating all allocated bytes.
 * What the samples refused by the throttle stood for is therefore carried, per source, to the next
 * one committed, as {@code jdk.ObjectAllocationSample} does. What is carried when a recording stops
 * is not in it: the samples of about one throttle window, a fifth of a second.
 *
 * <p>It is the total that is kept so. Carried bytes count for the site and the budget of the event
 * that carries them, which is right on average while all samples weigh alike, as those of blocks
 * below the sampling mean do, and blurs who holds large blocks. A manager adapts its mean to 100
 * samples a second, so the throttle seldom acts at all, except where every block is observed.
 */
@Name(EventNames.ALLOCATION_SAMPLE)
@Label("Allocation Sample")
@Description("An allocation chosen by byte sampling")
@Throttle("100/s")
final class AllocationSampleEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the budget that was charged")
  String budget = "";

  @Label("Requested Size")
  @Description("Bytes that the caller asked for")
  @DataAmount
  long requestedSize;

  @Label("Block Size")
  @Description("Bytes of the slot that was handed out")
  @DataAmount
  long blockSize;

  @Label("Size Class")
  @Description(
      "Bytes of a slot of the block's size class, 0 if it is larger than the largest class")
  @DataAmount
  long sizeClass;

  @Label("Weight")
  @Description("Bytes of slots that this sample stands for, throttled samples before it included")
  @DataAmount
  long weight;

  @Label("Allocation Id")
  @Description("Number of the block, unique within its manager")
  @AllocationId
  long allocationId;

  @Label("Path")
  @Description("How the slot was found: fast, in a page of the thread's own, or slow")
  String path = "";

  @Label("Site")
  @Description("Frames of the caller, innermost first, without those of the memory manager")
  String site = "";

  static MemoryListener listener(String manager) {
    AtomicLong throttledWeight = new AtomicLong();
    return new MemoryListener() {
      @Override
      public void onSample(AllocationSample sample) {
        AllocationSampleEvent event = new AllocationSampleEvent();
        if (!event.isEnabled()) {
          throttledWeight.set(0); // bytes from before a recording are not in it
        } else if (!event.shouldCommit()) {
          throttledWeight.addAndGet(sample.weight());
        } else {
          event.manager = manager;
          event.budget = sample.budget();
          event.requestedSize = sample.requestedBytes();
          event.blockSize = sample.blockBytes();
          event.sizeClass = sample.sizeClassBytes();
          event.weight = sample.weight() + throttledWeight.getAndSet(0);
          event.allocationId = sample.blockId();
          event.path = sample.fastPath() ? "fast" : "slow";
          event.site = sample.site().toString();
          event.commit();
        }
      }
    };
  }
}
