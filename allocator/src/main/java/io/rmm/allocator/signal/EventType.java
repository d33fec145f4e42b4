package io.rmm.allocator.signal;

import java.util.List;

/**
 * The Flight Recorder events, each with its fields beside {@code manager}, in the order in which
 * they are written. The names stand in {@link EventNames} too, because annotations need constants.
 *
 * <p>What Flight Recorder writes by itself (time, thread, stack) is no field here. What a purge
 * gave back is {@code rmm.ChunkUnmap}, of any number of chunks at once, with its cause: a second
 * event would tell of the same bytes again. Nor does a budget tell how many wait for it: nobody
 * does, since what it has no room for is refused at once.
 */
@SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
public enum EventType {
  ALLOCATION_SAMPLE(
      EventNames.ALLOCATION_SAMPLE,
      "An allocation chosen by byte sampling",
      "2 to 3 us for the site, at most 100 times a second, and an event with its stack",
      "budget",
      "requestedSize",
      "blockSize",
      "sizeClass",
      "weight",
      "allocationId",
      "path",
      "site"),
  ALLOCATION(
      EventNames.ALLOCATION,
      "A block was allocated",
      "an event for each block that the settings let through; every allocation leaves the fast path meanwhile",
      "budget",
      "allocationId",
      "requestedSize",
      "blockSize"),
  FREE(
      EventNames.FREE,
      "A block was freed",
      "as rmm.Allocation",
      "budget",
      "allocationId",
      "blockSize",
      "freedByOwner",
      "cause"),
  SLOW_ALLOCATION(
      EventNames.SLOW_ALLOCATION,
      "An allocation waited long for a slot",
      "none below 1 ms but two looks at the clock for each new page",
      "budget",
      "requestedSize",
      "cause",
      "took"),
  CHUNK_MAP(
      EventNames.CHUNK_MAP,
      "A chunk got memory from the operating system",
      "an event for each system call that maps memory",
      "bytes",
      "source",
      "cause",
      "systemTime"),
  CHUNK_UNMAP(
      EventNames.CHUNK_UNMAP,
      "A chunk gave its memory back to the operating system",
      "an event for each time that memory goes back",
      "bytes",
      "source",
      "cause",
      "systemTime"),
  ARENA_CLOSE(
      EventNames.ARENA_CLOSE,
      "The close of an arena took long",
      "two looks at the clock for each arena that is shared, deferred or has over 1 MiB",
      "budget",
      "kind",
      "blocks",
      "bytes",
      "took"),
  PRESSURE_CHANGE(
      EventNames.PRESSURE_CHANGE,
      "Memory got short, or is no longer",
      "none but at the edges; budgets are looked at four times a second, the container once",
      "budget",
      "level",
      "previousLevel",
      "used",
      "limit",
      "cause"),
  ALLOCATION_REJECTED(
      EventNames.ALLOCATION_REJECTED,
      "A budget refused an allocation",
      "an event with its stack, at most 20 times a second",
      "budget",
      "requestedSize",
      "used",
      "limit",
      "rejectedBy"),
  MISUSE(
      EventNames.MISUSE,
      "Memory was misused",
      "an event with its stack, at most 50 times a second",
      "budget",
      "kind",
      "allocationId",
      "blockSize",
      "slotSize",
      "offset",
      "age",
      "allocationSite",
      "freeSite",
      "detectionSite",
      "ownerThread",
      "freeThread",
      "threadName",
      "mode",
      "confidence",
      "occurrences",
      "detail",
      "suppressed"),
  LEAK_SUSPECT(
      EventNames.LEAK_SUSPECT,
      "An observed block can no longer be freed by anybody",
      "an event for each suspect",
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
      "a snapshot each period",
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
      "a snapshot each period, and an event for each budget",
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
      "a snapshot each period, and an event for each size class in use",
      "sizeClass",
      "live",
      "allocations",
      "frees",
      "slowPaths",
      "wasted"),
  THREAD_HEAP_STATISTICS(
      EventNames.THREAD_HEAP_STATISTICS,
      "What the thread heaps of a manager keep at hand",
      "a snapshot each period",
      "threadHeaps",
      "stripes",
      "cached",
      "contended"),
  TUNING_DECISION(
      EventNames.TUNING_DECISION,
      "A tuner decided about a setting",
      "an event for each decision",
      "knob",
      "oldValue",
      "newValue",
      "rule",
      "mode",
      "predictedCost",
      "predictedBytes",
      "verdict",
      "reason"),
  TUNING_OUTCOME(
      EventNames.TUNING_OUTCOME,
      "A tuner looked back at a decision that changed a setting",
      "an event for each such decision, up to a minute later",
      "knob",
      "oldValue",
      "newValue",
      "rule",
      "after",
      "predictedCost",
      "predictedBytes",
      "measuredCost",
      "measuredBytes",
      "confirmed"),
  CONTROL_ACTION(
      EventNames.CONTROL_ACTION,
      "Something was asked of a memory manager from outside the program",
      "an event for each act",
      "operation",
      "arguments",
      "principal",
      "outcome"),
  EXPORTER_STATISTICS(
      EventNames.EXPORTER_STATISTICS,
      "What an exporter has made of the telemetry of a memory manager",
      "an event for each exporter each period",
      "exporter",
      "sent",
      "dropped",
      "failed",
      "queued",
      "lag"),
  CONFIGURATION(
      EventNames.CONFIGURATION,
      "A setting in force",
      "some events at the beginning of each chunk of a recording",
      "key",
      "value"),
  /** The one event without {@code manager}: it is the program's, and goes for all managers. */
  SCOPE(
      EventNames.SCOPE,
      "What the program was doing in a thread",
      "an event for each scope while it is enabled, else none",
      "name",
      "traceId",
      "spanId");

  private final String eventName;
  private final String description;
  private final String cost;
  private final List<String> fields;

  EventType(String eventName, String description, String cost, String... fields) {
    this.eventName = eventName;
    this.description = description;
    this.cost = cost;
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

  /** Returns what the event costs a program that records it, without a full stop. */
  public String cost() {
    return cost;
  }

  /** Returns the names of the fields beside {@code manager}. */
  public List<String> fields() {
    return fields;
  }
}
