package io.rmm.allocator.signal;

import java.util.List;
import java.util.Optional;

/**
 * The metrics, under the names and units that OpenTelemetry and Micrometer show.
 *
 * <p>Every metric carries {@link Attributes#MANAGER_NAME}. One of which there is a value for each
 * budget carries {@link Attributes#BUDGET_NAME} as well, and has no value without it: one name
 * never mixes a total with its parts.
 *
 * <p>The figures of the process and of its container are the same for each manager of the process,
 * and carry its name all the same: two views in a process, which do not know of each other, would
 * write the same series otherwise. Their maximum is the value, not their sum.
 */
@SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
public enum Metric {
  MEMORY_REQUESTED(
      "rmm.memory.requested", Instrument.UP_DOWN_COUNTER, "By", "Bytes asked for and held"),
  MEMORY_USED(
      "rmm.memory.used",
      Instrument.UP_DOWN_COUNTER,
      "By",
      "Bytes of the slots handed out",
      Attributes.BUDGET_NAME),
  MEMORY_ACTIVE(
      "rmm.memory.active", Instrument.UP_DOWN_COUNTER, "By", "Bytes of the pages with a live slot"),
  MEMORY_COMMITTED(
      "rmm.memory.committed", Instrument.UP_DOWN_COUNTER, "By", "Bytes backed by memory"),
  MEMORY_RESERVED(
      "rmm.memory.reserved", Instrument.UP_DOWN_COUNTER, "By", "Bytes of address space"),
  MEMORY_LIMIT(
      "rmm.memory.limit",
      Instrument.UP_DOWN_COUNTER,
      "By",
      "Hard limit of a budget that has one",
      Attributes.BUDGET_NAME),
  MEMORY_PEAK(
      "rmm.memory.peak", Instrument.GAUGE, "By", "Highest used bytes", Attributes.BUDGET_NAME),
  ALLOCATED("rmm.allocated", Instrument.COUNTER, "By", "Bytes of all slots handed out"),
  FREED("rmm.freed", Instrument.COUNTER, "By", "Bytes of all slots taken back"),
  ALLOCATIONS("rmm.allocations", Instrument.COUNTER, "{allocation}", "Allocations"),
  FREES("rmm.frees", Instrument.COUNTER, "{free}", "Frees"),
  ALLOCATION_REJECTIONS(
      "rmm.allocation.rejections",
      Instrument.COUNTER,
      "{rejection}",
      "Allocations refused by a budget",
      Attributes.BUDGET_NAME),
  BLOCKS_LIVE("rmm.blocks.live", Instrument.UP_DOWN_COUNTER, "{block}", "Live blocks"),
  ARENAS_OPEN("rmm.arenas.open", Instrument.UP_DOWN_COUNTER, "{arena}", "Open arenas"),
  RETURNED("rmm.returned", Instrument.COUNTER, "By", "Bytes given back to the operating system"),
  OS_OPERATIONS(
      "rmm.os.operations", Instrument.COUNTER, "{operation}", "Calls made to the operating system"),
  MISUSE("rmm.misuse", Instrument.COUNTER, "{event}", "Misuses found", Attributes.MISUSE_KIND),
  LEAK_SUSPECTED(
      "rmm.leak.suspected",
      Instrument.UP_DOWN_COUNTER,
      "By",
      "Estimated bytes that nobody can free any more"),
  TUNING_DECISIONS(
      "rmm.tuning.decisions",
      Instrument.COUNTER,
      "{decision}",
      "Tuning decisions that changed a setting"),
  TUNING_VALUE(
      "rmm.tuning.value", Instrument.GAUGE, "By", "Value of a setting", Attributes.TUNING_KNOB),
  PROCESS_RESIDENT("rmm.process.resident", Instrument.GAUGE, "By", "Resident bytes of the process"),
  PROCESS_EXPLAINED("rmm.process.explained", Instrument.GAUGE, "By", "Resident bytes explained"),
  PROCESS_UNEXPLAINED(
      "rmm.process.unexplained", Instrument.GAUGE, "By", "Resident bytes unexplained"),
  CONTAINER_LIMIT("rmm.container.limit", Instrument.GAUGE, "By", "Memory limit of the container"),
  TELEMETRY_SENT("rmm.telemetry.sent", Instrument.COUNTER, "{event}", "Events handed on"),
  TELEMETRY_DROPPED("rmm.telemetry.dropped", Instrument.COUNTER, "{event}", "Events dropped");

  /** The kind of instrument that carries a metric. */
  public enum Instrument {
    /** Only rises. */
    COUNTER,
    /** Rises and falls; sums over sources make sense. */
    UP_DOWN_COUNTER,
    /** A value whose sum over sources makes no sense. */
    GAUGE
  }

  private final String metricName;
  private final Instrument instrument;
  private final String unit;
  private final String description;
  private final List<String> attributes;

  Metric(
      String metricName,
      Instrument instrument,
      String unit,
      String description,
      String... attributes) {
    this.metricName = metricName;
    this.instrument = instrument;
    this.unit = unit;
    this.description = description;
    this.attributes = List.of(attributes);
  }

  /** Returns the metric whose name is {@code name}. */
  public static Optional<Metric> named(String name) {
    for (Metric metric : values()) {
      if (metric.metricName.equals(name)) {
        return Optional.of(metric);
      }
    }
    return Optional.empty();
  }

  /** Returns the name, for example {@code rmm.memory.used}. */
  public String metricName() {
    return metricName;
  }

  /** Returns the kind of instrument. */
  public Instrument instrument() {
    return instrument;
  }

  /** Returns the unit as UCUM writes it. */
  public String unit() {
    return unit;
  }

  /** Returns what is measured, without a full stop. */
  public String description() {
    return description;
  }

  /** Returns the attributes beside {@link Attributes#MANAGER_NAME}. */
  public List<String> attributes() {
    return attributes;
  }
}
