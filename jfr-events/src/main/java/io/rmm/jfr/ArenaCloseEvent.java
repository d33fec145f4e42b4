package io.rmm.jfr;

import io.rmm.allocator.ArenaClose;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.Throttle;
import jdk.jfr.Timespan;

/**
 * An arena that took long to close. Committed when it is over, so the time is a field ({@code
 * took}) and has a setting of its own; see {@link MinimumTimeSetting}. The source does not tell of
 * shorter ones than the default lets through. The stack is that of whoever closed the arena, but
 * for deferred ones: a batch of them is told of by a thread of the source's own.
 */
@Name(EventNames.ARENA_CLOSE)
@Label("Arena Close")
@Description("The close of an arena took long")
@Throttle("50/s")
final class ArenaCloseEvent extends MemoryEvent {

  @Label("Budget")
  @Description("Path of the arena's budget")
  String budget = "";

  @Label("Kind")
  @Description("Kind of the arena: confined, shared or deferred")
  String kind = "";

  @Label("Blocks")
  @Description("Blocks that were freed with the arena")
  long blocks;

  @Label("Bytes")
  @Description("Bytes of the slots that were freed with the arena")
  @DataAmount
  long bytes;

  @Label("Took")
  @Description("How long the close took")
  @Timespan(Timespan.NANOSECONDS)
  long took;

  @SettingDefinition
  @Label("Minimum Time")
  @Description("Closes that took less are not recorded")
  boolean minimumTime(MinimumTime setting) {
    return setting.accepts(took);
  }

  /** The setting of this event. */
  static final class MinimumTime extends MinimumTimeSetting {
    MinimumTime() {
      super(ArenaClose.LEAST_NANOS);
    }
  }

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onArenaClose(ArenaClose close) {
        ArenaCloseEvent event = new ArenaCloseEvent();
        event.took = close.durationNanos(); // the setting looks at it
        if (event.shouldCommit()) {
          event.manager = manager;
          event.budget = close.budget();
          event.kind = close.kind();
          event.blocks = close.blocks();
          event.bytes = close.bytes();
          event.commit();
        }
      }
    };
  }
}
