package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationSample;
import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.util.List;
import java.util.stream.IntStream;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** What the throttle keeps out is carried to the next event that it lets through. */
class ThrottledWeightTest {

  private static final int BURST = 20_000;

  private final Witness witness = new Witness();

  @Test
  void weightsSumUpToAllThatWasSampled() {
    try (TestRecording recording = TestRecording.startThrottled();
        MemoryManager manager = manager("burst")) {
      allocate(manager, BURST);

      List<RecordedEvent> events = recording.events(EventType.ALLOCATION_SAMPLE, "burst");
      assertThat(events).hasSizeBetween(1, BURST / 10);
      assertThat(weight(events)).isEqualTo(witnessedUpTo(events.getLast()));
    }
  }

  @Test
  void eachManagerCarriesItsOwn() {
    Witness other = new Witness();
    try (TestRecording recording = TestRecording.startThrottled();
        MemoryManager manager = manager("own");
        MemoryManager second =
            MemoryManager.builder()
                .name("other")
                .safetyMode(SafetyMode.PARANOID)
                .listener(other)
                .build()) {
      // The two share one throttle, which may let through the other's events alone for a while.
      await()
          .until(
              () -> {
                for (int i = 0; i < BURST / 20; i++) {
                  manager.allocate(64).close();
                  second.allocate(4096).close();
                }
                return !recording.events(EventType.ALLOCATION_SAMPLE, "own").isEmpty();
              });

      List<RecordedEvent> events = recording.events(EventType.ALLOCATION_SAMPLE, "own");
      assertThat(weight(events)).isEqualTo(witnessedUpTo(events.getLast()));
    }
  }

  @Test
  void bytesFromBeforeARecordingAreNotInIt() {
    try (MemoryManager manager = manager("late")) {
      try (TestRecording first = TestRecording.startThrottled()) {
        allocate(manager, BURST);
        assertThat(first.events(EventType.ALLOCATION_SAMPLE, "late")).isNotEmpty();
      }
      manager.allocate(64).close(); // nobody records this, nor what the throttle held back
      int before = witness.samples.size();

      try (TestRecording second = TestRecording.startThrottled()) {
        await()
            .until(
                () -> {
                  manager.allocate(64).close();
                  return !second.events(EventType.ALLOCATION_SAMPLE, "late").isEmpty();
                });
        List<RecordedEvent> events = second.events(EventType.ALLOCATION_SAMPLE, "late");
        List<AllocationSample> recorded =
            witness.samples.subList(before, indexOf(events.getLast()) + 1);
        assertThat(weight(events))
            .isEqualTo(recorded.stream().mapToLong(AllocationSample::weight).sum());
      }
    }
  }

  @Test
  void suppressedMisusesAreCounted() {
    int misuses = 5_000;
    try (TestRecording recording = TestRecording.startThrottled();
        MemoryManager manager = manager("misused")) {
      for (int i = 0; i < misuses; i++) {
        Block block = manager.allocate(64);
        block.close();
        assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
      }

      List<RecordedEvent> events = recording.events(EventType.MISUSE, "misused");
      assertThat(events).hasSizeBetween(1, misuses / 2);
      long last = events.getLast().getLong("allocationId");
      long witnessed =
          1 + witness.misuses.stream().takeWhile(report -> report.blockId() != last).count();
      assertThat(events.stream().mapToLong(event -> 1 + event.getLong("suppressed")).sum())
          .isEqualTo(witnessed);
    }
  }

  private MemoryManager manager(String name) {
    return MemoryManager.builder()
        .name(name)
        .safetyMode(SafetyMode.PARANOID)
        .listener(witness)
        .build();
  }

  private static void allocate(MemoryManager manager, int times) {
    for (int i = 0; i < times; i++) {
      manager.allocate(16 + (i * 61) % 5000).close();
    }
  }

  private static long weight(List<RecordedEvent> events) {
    return events.stream().mapToLong(event -> event.getLong("weight")).sum();
  }

  private long witnessedUpTo(RecordedEvent last) {
    return witness.samples.stream()
        .limit(indexOf(last) + 1)
        .mapToLong(AllocationSample::weight)
        .sum();
  }

  private int indexOf(RecordedEvent event) {
    long id = event.getLong("allocationId");
    return IntStream.range(0, witness.samples.size())
        .filter(i -> witness.samples.get(i).blockId() == id)
        .findFirst()
        .orElseThrow();
  }
}
