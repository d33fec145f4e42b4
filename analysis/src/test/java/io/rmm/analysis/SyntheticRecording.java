package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmc.flightrecorder.writer.api.Recording;
import org.openjdk.jmc.flightrecorder.writer.api.Recordings;
import org.openjdk.jmc.flightrecorder.writer.api.Type;
import org.openjdk.jmc.flightrecorder.writer.api.TypeStructureBuilder;
import org.openjdk.jmc.flightrecorder.writer.api.Types;
import org.openjdk.jmc.flightrecorder.writer.api.Types.Builtin;

/**
 * Writes recordings whose every event and moment is chosen, with the fields that the registry
 * names.
 *
 * <p>Types are registered below {@code jdk.jfr.Event} with the start time first, because the JDK's
 * own tools expect that order.
 */
public final class SyntheticRecording implements AutoCloseable {

  /** When all synthetic recordings begin, in nanoseconds since the epoch. */
  public static final long START = 1_790_000_000_000_000_000L;

  private static final long SECOND = 1_000_000_000;

  private static final Set<String> TEXTS =
      Set.of(
          "budget",
          "path",
          "site",
          "source",
          "cause",
          "rejectedBy",
          "kind",
          "allocationSite",
          "freeSite",
          "detectionSite",
          "threadName",
          "detail",
          "evidence",
          "knob",
          "rule",
          "mode",
          "exporter",
          "verdict",
          "reason",
          "key",
          "value");

  private final Recording recording;
  private final Map<EventType, Type> types = new EnumMap<>(EventType.class);

  /** Begins a recording in a file. */
  public SyntheticRecording(Path file) throws IOException {
    recording =
        Recordings.newRecording(
            file,
            settings ->
                settings
                    .withTimestamp(START)
                    .withStartTicks(1)
                    .withDuration(3600 * SECOND)
                    .withJdkTypeInitialization());
    recording.registerAnnotationType(
        "jdk.jfr.DataAmount", type -> type.addField("value", Builtin.STRING));
  }

  /**
   * Writes an event that happened some seconds after the start; fields not given are empty or 0.
   */
  public SyntheticRecording event(
      EventType type, double seconds, String manager, Map<String, Object> fields) {
    if (!type.fields().containsAll(fields.keySet())) {
      throw new IllegalArgumentException(type + " has not all of " + fields.keySet());
    }
    recording.writeEvent(
        type(type)
            .asValue(
                event -> {
                  event.putField("startTime", 1 + (long) (seconds * SECOND));
                  event.putField("manager", manager);
                  for (String name : type.fields()) {
                    if (TEXTS.contains(name)) {
                      event.putField(name, (String) fields.getOrDefault(name, ""));
                    } else {
                      event.putField(name, ((Number) fields.getOrDefault(name, 0L)).longValue());
                    }
                  }
                }));
    return this;
  }

  /** Writes that an event type was enabled or disabled, as the recorder itself does. */
  public SyntheticRecording setting(EventType type, boolean enabled) {
    Type setting =
        recording.registerType(
            "jdk.ActiveSetting",
            "jdk.jfr.Event",
            builder ->
                timed(builder)
                    .addField("id", Builtin.LONG)
                    .addField("name", Builtin.STRING)
                    .addField("value", Builtin.STRING));
    recording.writeEvent(
        setting.asValue(
            event ->
                event
                    .putField("startTime", 1L)
                    .putField("id", type(type).getId())
                    .putField("name", "enabled")
                    .putField("value", Boolean.toString(enabled))));
    return this;
  }

  /** Makes a type known without writing an event of it. */
  public SyntheticRecording known(EventType type) {
    type(type);
    return this;
  }

  @Override
  public void close() throws IOException {
    recording.close();
  }

  private Type type(EventType type) {
    return types.computeIfAbsent(
        type,
        key ->
            recording.registerType(
                type.eventName(),
                "jdk.jfr.Event",
                builder -> {
                  timed(builder).addField("manager", Builtin.STRING);
                  for (String name : type.fields()) {
                    builder.addField(name, TEXTS.contains(name) ? Builtin.STRING : Builtin.LONG);
                  }
                }));
  }

  private TypeStructureBuilder timed(TypeStructureBuilder builder) {
    return builder.addField(
        "startTime",
        Builtin.LONG,
        field -> field.addAnnotation(recording.getType(Types.JDK.ANNOTATION_TIMESTAMP), "TICKS"));
  }
}
