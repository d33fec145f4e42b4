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

/** What the thread heaps of a source keep at hand, all together. */
@Name(EventNames.THREAD_HEAP_STATISTICS)
@Label("Thread Heap Statistics")
@Description("What the thread heaps of a manager keep at hand")
@Period("30 s")
@StackTrace(false)
final class ThreadHeapStatisticsEvent extends MemoryEvent {

  @Label("Thread Heaps")
  @Description("Thread heaps, stripes included")
  long threadHeaps;

  @Label("Stripes")
  @Description("Thread heaps that serve virtual threads")
  long stripes;

  @Label("Cached")
  @Description("Bytes of free slots in the pages that thread heaps keep at hand")
  @DataAmount
  long cached;

  @Label("Contended")
  @Description("How often another thread held a stripe when one came for it, so far")
  long contended;

  static void commitFor(MemorySource source) {
    ThreadHeapStatisticsEvent event = new ThreadHeapStatisticsEvent();
    if (event.isEnabled()) {
      MemorySnapshot snapshot = source.snapshot();
      event.manager = source.name();
      event.threadHeaps = snapshot.threadHeaps();
      event.stripes = snapshot.stripes();
      event.cached = snapshot.cachedBytes();
      event.contended = snapshot.contendedHolds();
      event.commit();
    }
  }
}
