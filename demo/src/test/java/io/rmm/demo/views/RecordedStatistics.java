package io.rmm.demo.views;

import io.rmm.allocator.signal.EventNames;
import io.rmm.allocator.signal.EventType;
import io.rmm.demo.views.Figure.Part;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/** The figures in the latest statistics that Flight Recorder has of a manager. */
final class RecordedStatistics {

  /** Often, so that a test need not wait for them; a stream is flushed once a second anyway. */
  private static final Duration PERIOD = Duration.ofMillis(100);

  /** What statistics tell. */
  static final Map<Part, Set<String>> NAMES =
      Map.of(
          Part.TOTAL,
          Set.copyOf(EventType.MANAGER_STATISTICS.fields()),
          Part.BUDGET,
          Set.of("used", "peak", "minimum", "soft", "hard", "rejections"),
          Part.SIZE_CLASS,
          Set.of("live", "allocations", "frees", "slowPaths", "wasted"),
          Part.MISUSE,
          Set.of());

  /** What statistics of an exporter tell, but for the lag, which is another at each moment. */
  private static final List<String> OF_EXPORTER = List.of("sent", "dropped", "failed", "queued");

  private final Map<Figure, Long> figures = new ConcurrentHashMap<>();
  private final Map<String, Long> telemetry = new ConcurrentHashMap<>();
  private final String manager;

  private RecordedStatistics(String manager) {
    this.manager = manager;
  }

  /** Takes the statistics of a manager from a stream that is not started yet. */
  static RecordedStatistics from(RecordingStream stream, String manager) {
    RecordedStatistics statistics = new RecordedStatistics(manager);
    statistics.take(stream, EventNames.MANAGER_STATISTICS, Part.TOTAL, _ -> "");
    statistics.take(
        stream, EventNames.BUDGET_STATISTICS, Part.BUDGET, event -> event.getString("budget"));
    statistics.take(
        stream,
        EventNames.SIZE_CLASS_STATISTICS,
        Part.SIZE_CLASS,
        event -> String.valueOf(event.getLong("sizeClass")));
    statistics.takeTelemetry(stream);
    return statistics;
  }

  private void takeTelemetry(RecordingStream stream) {
    stream.enable(EventNames.EXPORTER_STATISTICS).withPeriod(PERIOD);
    stream.onEvent(
        EventNames.EXPORTER_STATISTICS,
        event -> {
          if (event.getString("manager").equals(manager)) {
            OF_EXPORTER.forEach(field -> telemetry.put(field, event.getLong(field)));
          }
        });
  }

  private void take(
      RecordingStream stream, String name, Part part, Function<RecordedEvent, String> of) {
    stream.enable(name).withPeriod(PERIOD);
    stream.onEvent(
        name,
        event -> {
          if (event.getString("manager").equals(manager)) {
            for (String field : NAMES.get(part)) {
              figures.put(new Figure(part, of.apply(event), field), event.getLong(field));
            }
          }
        });
  }

  /** Returns what the manager's exporter has done, of which there must be one only. */
  Map<String, Long> telemetry() {
    return new TreeMap<>(telemetry);
  }

  Map<Figure, Long> read() {
    return new TreeMap<>(figures);
  }
}
