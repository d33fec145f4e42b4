package io.rmm.jfr;

import io.rmm.allocator.signal.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.EventSettings;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording of all RMM events, and of nothing else, with which a test sees what is recorded. */
final class TestRecording implements AutoCloseable {

  private final Recording recording = new Recording();

  private TestRecording() {
    for (EventType type : EventType.values()) {
      recording.enable(type.eventName());
    }
  }

  /** Starts a recording with the settings that the events have by themselves. */
  static TestRecording startThrottled() {
    TestRecording test = new TestRecording();
    test.recording.start();
    return test;
  }

  /**
   * Starts one that holds every event. With a throttle even a single event may be missing: the
   * throttle goes by what it saw in the second before, also in another recording.
   */
  static TestRecording start() {
    TestRecording test = new TestRecording();
    for (EventType type : EventType.values()) {
      test.recording.enable(type.eventName()).with("throttle", "off");
    }
    test.recording.start();
    return test;
  }

  /** Starts one in which a source is asked for its statistics all the time. */
  static TestRecording startWithFrequentStatistics() {
    TestRecording test = start();
    Duration often = Duration.ofMillis(10);
    test.recording.enable(EventType.MANAGER_STATISTICS.eventName()).withPeriod(often);
    test.recording.enable(EventType.BUDGET_STATISTICS.eventName()).withPeriod(often);
    test.recording.enable(EventType.SIZE_CLASS_STATISTICS.eventName()).withPeriod(often);
    test.recording.enable(EventType.THREAD_HEAP_STATISTICS.eventName()).withPeriod(often);
    return test;
  }

  /** Starts one that holds every event, with a setting of one type. */
  static TestRecording startWith(EventType type, String setting, String value) {
    TestRecording test = new TestRecording();
    test.recording.enable(type.eventName()).with("throttle", "off").with(setting, value);
    test.recording.start();
    return test;
  }

  /** Starts one of single allocations and frees alone, with these settings. */
  static TestRecording startTracing(Map<String, String> settings) {
    TestRecording test = new TestRecording();
    for (EventType type : EventType.values()) {
      test.recording.disable(type.eventName());
    }
    test.recording.enable(EventType.FREE.eventName());
    EventSettings allocation = test.recording.enable(EventType.ALLOCATION.eventName());
    settings.forEach(allocation::with);
    test.recording.start();
    return test;
  }

  /** Returns the events of one type so far, in the order of their time. */
  List<RecordedEvent> events(EventType type) {
    try {
      Path file = Files.createTempFile("rmm-test", ".jfr");
      try {
        dump(file);
        return RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals(type.eventName()))
            .sorted((a, b) -> a.getStartTime().compareTo(b.getStartTime()))
            .toList();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the events of one type and manager so far, in the order of their time. */
  List<RecordedEvent> events(EventType type, String manager) {
    return events(type).stream()
        .filter(event -> manager.equals(event.getString("manager")))
        .toList();
  }

  /** Writes what is recorded so far to {@code file}. */
  void dump(Path file) throws IOException {
    recording.dump(file);
  }

  /** Returns the values of all fields that the registry names, and of {@code manager}. */
  static Map<String, Object> fieldValues(EventType type, RecordedEvent event) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("manager", event.getValue("manager"));
    for (String field : type.fields()) {
      values.put(field, event.getValue(field));
    }
    return values;
  }

  @Override
  public void close() {
    recording.close();
  }
}
