package io.rmm.allocator.signal;

import java.util.List;

/**
 * The Flight Recorder events, each with its fields beside {@code manager}, in the order in which
 * they are written. The names stand in {@link EventNames} too, because annotations need constants.
 */
@SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
public enum EventType {
  ALLOCATION_SAMPLE(
      EventNames.ALLOCATION_SAMPLE,
      "An allocation chosen by byte sampling",
      "budget",
      "requestedSize",
      "blockSize",
      "weight",
      "allocationId",
      "path",
      "site"),
  CHUNK_MAP(
      EventNames.CHUNK_MAP,
      "A chunk got memory from the operating system",
      "bytes",
      "source",
      "cause",
      "systemTime"),
  CHUNK_UNMAP(
      EventNames.CHUNK_UNMAP,
      "A chunk gave its memory back to the operating system",
      "bytes",
      "source",
      "cause",
      "systemTime"),
  ALLOCATION_REJECTED(
      EventNames.ALLOCATION_REJECTED,
      "A budget refused an allocation",
      "budget",
      "requestedSize",
      "used",
      "limit",
      "rejectedBy"),
  MISUSE(
      EventNames.MISUSE,
      "Memory was misused",
      "budget",
      "kind",
      "allocationId",
      "blockSize",
      "offset",
      "age",
      "allocationSite",
      "freeSite",
      "detectionSite",
      "threadName",
      "detail",
      "suppressed"),
  LEAK_SUSPECT(
      EventNames.LEAK_SUSPECT,
      "An observed block can no longer be freed by anybody",
      "budget",
      "allocationId",
      "blockSize",
      "weight",
      "age",
      "allocationSite",
      "evidence"),
  MANAGER_STATISTICS(
      EventNames.MANAGER_STATISTICS,
      "What a memory manager holds",
      "requested",
      "used",
      "active",
      "committed",
      "reserved",
      "peakUsed",
      "liveBlocks",
      "allocations",
      "frees",
      "allocated",
      "freed",
      "rejections",
      "misuses",
      "remoteFrees",
      "observedBlocks"),
  BUDGET_STATISTICS(
      EventNames.BUDGET_STATISTICS,
      "What a budget holds",
      "budget",
      "used",
      "peak",
      "soft",
      "hard",
      "minimum",
      "rejections"),
  TUNING_DECISION(
      EventNames.TUNING_DECISION,
      "A tuner decided about a setting",
      "knob",
      "oldValue",
      "newValue",
      "rule",
      "verdict",
      "reason"),
  CONTROL_ACTION(
      EventNames.CONTROL_ACTION,
      "Something was asked of a memory manager from outside the program",
      "operation",
      "arguments",
      "principal",
      "outcome"),
  CONFIGURATION(EventNames.CONFIGURATION, "A setting in force", "key", "value");

  private final String eventName;
  private final String description;
  private final List<String> fields;

  EventType(String eventName, String description, String... fields) {
    this.eventName = eventName;
    this.description = description;
    this.fields = List.of(fields);
  }

  /** Returns the event's name, for example {@code rmm.Misuse}. */
  public String eventName() {
    return eventName;
  }

  /** Returns what the event tells, without a full stop. */
  public String description() {
    return description;
  }

  /** Returns the names of the fields beside {@code manager}. */
  public List<String> fields() {
    return fields;
  }
}
