package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.ArenaClose;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.PressureChange;
import io.rmm.allocator.PressureLevel;
import io.rmm.allocator.SlowAllocation;
import io.rmm.allocator.signal.EventType;
import java.time.Duration;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/**
 * What no test can make a manager do at will: take long, or be short of memory by the container's
 * limit. The listeners are told by hand what a manager tells them.
 */
class TardyEventsTest {

  @Test
  void slowAllocation() {
    MemoryListener listener = SlowAllocationEvent.listener("tardy");
    try (TestRecording recording = TestRecording.start()) {
      listener.onSlowAllocation(
          new SlowAllocation("root/a", 70_000, 1_500_000, SlowAllocation.Cause.SYSTEM));
      listener.onSlowAllocation(
          new SlowAllocation("root/a", 70_000, 999_999, SlowAllocation.Cause.LOCK));

      RecordedEvent event = only(recording, EventType.SLOW_ALLOCATION);
      assertThat(TestRecording.fieldValues(EventType.SLOW_ALLOCATION, event))
          .isEqualTo(
              Map.of(
                  "manager", "tardy",
                  "budget", "root/a",
                  "requestedSize", 70_000L,
                  "cause", "system",
                  "took", 1_500_000L));
      assertThat(event.getDuration("took")).isEqualTo(Duration.ofNanos(1_500_000));
      assertThat(event.getStackTrace()).as("told by another thread").isNull();
    }
  }

  @Test
  void arenaClose() {
    MemoryListener listener = ArenaCloseEvent.listener("tardy");
    try (TestRecording recording = TestRecording.start()) {
      listener.onArenaClose(new ArenaClose("root/b", "shared", 12, 4096, 200_000));
      listener.onArenaClose(new ArenaClose("root/b", "shared", 12, 4096, 99_999));

      assertThat(
              TestRecording.fieldValues(
                  EventType.ARENA_CLOSE, only(recording, EventType.ARENA_CLOSE)))
          .isEqualTo(
              Map.of(
                  "manager", "tardy", "budget", "root/b", "kind", "shared", "blocks", 12L, "bytes",
                  4096L, "took", 200_000L));
    }
  }

  @Test
  void aRecordingSetsTheMinimum() {
    MemoryListener listener = ArenaCloseEvent.listener("tardy");
    try (TestRecording recording =
        TestRecording.startWith(EventType.ARENA_CLOSE, "minimumTime", "2 ms")) {
      listener.onArenaClose(new ArenaClose("root", "confined", 1, 64, 1_999_999));
      listener.onArenaClose(new ArenaClose("root", "confined", 1, 64, 2_000_000));

      assertThat(only(recording, EventType.ARENA_CLOSE).getLong("took")).isEqualTo(2_000_000);
    }
  }

  @Test
  void pressureChange() {
    MemoryListener listener = PressureChangeEvent.listener("tardy");
    try (TestRecording recording = TestRecording.start()) {
      listener.onPressure(
          new PressureChange(
              "root", PressureLevel.SOFT, PressureLevel.NONE, 90, 100, PressureChange.Cause.OWN));

      RecordedEvent event = only(recording, EventType.PRESSURE_CHANGE);
      assertThat(TestRecording.fieldValues(EventType.PRESSURE_CHANGE, event))
          .isEqualTo(
              Map.of(
                  "manager", "tardy",
                  "budget", "root",
                  "level", "SOFT",
                  "previousLevel", "NONE",
                  "used", 90L,
                  "limit", 100L,
                  "cause", "own"));
      assertThat(event.getStackTrace()).isNull();
    }
  }

  private static RecordedEvent only(TestRecording recording, EventType type) {
    var events = recording.events(type, "tardy");
    assertThat(events).hasSize(1);
    return events.getFirst();
  }
}
