package io.rmm.allocator.signal;

import java.util.List;

/**
 * The Flight Recorder events, each with its fields beside {@code manager}, in the order in which
 * they are written. The names stand in {@link EventNames} too, because annotations need constants.
 *
 * <p>What Flight Recorder writes by itself (time, thread, stack) is no field here. What a purge
 * gave back is {@code rmm.ChunkUnmap}, of any number of chunks at once, with its cause: a second
 * event would tell of the same bytes again.
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
  ALLOCATION(
      EventNames.ALLOCATION,
      "A block was allocated",
      "budget",
      "allocationId",
      "requestedSize",
      "blockSize"),
  FREE(
      EventNames.FREE,
      "A block was freed",
      "budget",
      "allocationId",
      "blockSize",
      "freedByOwner",
      "cause"),
  SLOW_ALLOCATION(
      EventNames.SLOW_ALLOCATION,
      "An allocation waited long for a slot",
      "budget",
      "requestedSize",
      "cause",
      "took"),
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
  ARENA_CLOSE(
      EventNames.ARENA_CLOSE,
      "The close of an arena took long",
      "budget",
      "kind",
      "blocks",
      "bytes",
      "took"),
  PRESSURE_CHANGE(
      EventNames.PRESSURE_CHANGE,
      "Memory got short, or is no longer",
      "budget",
      "level",
      "previousLevel",
      "used",
      "limit",
      "cause"),
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
  SIZE_CLASS_STATISTICS(
      EventNames.SIZE_CLASS_STATISTICS,
      "What a size class holds",
      "sizeClass",
      "live",
      "allocations",
      "frees",
      "slowPaths",
      "wasted"),
  THREAD_HEAP_STATISTICS(
      EventNames.THREAD_HEAP_STATISTICS,
      "What the thread heaps of a manager keep at hand",
      "threadHeaps",
      "stripes",
      "cached",
      "contended"),
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
  CONFIGURATION(EventNames.CONFIGURATION, "A setting in force", "key", "value"),
  /** The one event without {@code manager}: it is the program's, and goes for all managers. */
  SCOPE(EventNames.SCOPE, "What the program was doing in a thread", "name", "traceId", "spanId");

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
