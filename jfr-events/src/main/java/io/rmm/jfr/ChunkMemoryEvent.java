package io.rmm.jfr;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.MemoryListener;
import java.util.function.Supplier;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;
import jdk.jfr.Timespan;

/**
 * Memory that goes to a chunk from the operating system, or back. The manager tells of it later,
 * from its clock, so no stack is taken.
 */
@StackTrace(false)
@Throttle("off")
abstract class ChunkMemoryEvent extends MemoryEvent {

  @Label("Bytes")
  @Description("Bytes that changed hands")
  @DataAmount
  long bytes;

  @Label("Page Source")
  @Description("Name of the way in which the manager talks to the operating system")
  String source = "";

  @Label("Cause")
  @Description("Why memory changed hands: demand, idle, limit, pressure, asked or close")
  String cause = "";

  @Label("System Time")
  @Description("How long the operating system took")
  @Timespan(Timespan.NANOSECONDS)
  long systemTime;

  static MemoryListener listener(
      String manager, ChunkEvent.Kind kind, Supplier<ChunkMemoryEvent> newEvent) {
    return new MemoryListener() {
      @Override
      public void onChunk(ChunkEvent chunk) {
        if (chunk.kind() != kind) {
          return;
        }
        ChunkMemoryEvent event = newEvent.get();
        if (event.shouldCommit()) {
          event.manager = manager;
          event.bytes = chunk.bytes();
          event.source = chunk.source();
          event.cause = chunk.cause();
          event.systemTime = chunk.durationNanos();
          event.commit();
        }
      }
    };
  }
}
