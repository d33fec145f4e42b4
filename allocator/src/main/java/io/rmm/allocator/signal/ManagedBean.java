package io.rmm.allocator.signal;

import java.util.List;

/**
 * The MXBeans, which are registered as {@code io.rmm:type=...}: what each is about, its attributes,
 * its operations, and the types of its notifications. What an attribute means stands at its getter.
 */
@SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
public enum ManagedBean {
  MEMORY_MANAGER(
      "MemoryManager",
      "What a memory manager holds",
      List.of(
          "Requested",
          "Used",
          "Active",
          "Committed",
          "Reserved",
          "PeakUsed",
          "LiveBlocks",
          "Allocations",
          "Frees",
          "Allocated",
          "Freed",
          "Rejections",
          "Misuses",
          "RemoteFrees",
          "ObservedBlocks",
          "OpenArenas",
          "GuardedBlocks",
          "GuardBytes",
          "Returned",
          "SystemCalls",
          "Version",
          "SafetyMode",
          "PageSource",
          "PressureLevel",
          "SizeClasses",
          "NotificationsDropped"),
      List.of(),
      List.of(ManagedBean.PRESSURE_NOTIFICATION)),
  BUDGET(
      "Budget",
      "What a budget and its descendants hold",
      List.of(
          "Used",
          "Peak",
          "Limits",
          "Rejections",
          "Allocations",
          "Frees",
          "UsageThreshold",
          "UsageThresholdExceeded",
          "UsageThresholdCount"),
      List.of(),
      List.of(ManagedBean.THRESHOLD_NOTIFICATION)),
  MISUSE(
      "Misuse",
      "Misuses of memory",
      List.of("CountByKind", "Recent", "NotificationsDropped"),
      List.of(),
      List.of(ManagedBean.MISUSE_NOTIFICATION)),
  LEAKS(
      "Leaks",
      "Observed blocks, those among them that nobody can free any more, and who holds memory",
      List.of("Observed", "SuspectCount", "SuspectBytes", "Suspects", "TopSites"),
      List.of("profile"),
      List.of(ManagedBean.LEAK_NOTIFICATION)),
  TUNING(
      "Tuning",
      "Settings that may change while the program runs, and what a tuner decided about them",
      List.of("Mode", "Knobs", "KnobValues", "DecisionCount", "Decisions", "WhatIf"),
      List.of(),
      List.of(ManagedBean.TUNING_NOTIFICATION)),
  EXPORTER(
      "Exporter",
      "What exporters have made of the telemetry of a memory manager",
      List.of("Sent", "Dropped", "Failed", "Queued", "LastError", "Exporters"),
      List.of(),
      List.of(ManagedBean.EXPORTER_NOTIFICATION)),
  CONTROL(
      "Control",
      "What a memory manager can be asked to do; each use is told as an event",
      List.of(),
      List.of(
          "purge",
          "setBudgetLimits",
          "setUsageThreshold",
          "setSampling",
          "setTuningMode",
          "dumpProfile"),
      List.of()),
  NATIVE_MEMORY_LEDGER(
      "NativeMemoryLedger",
      "Where the resident memory of the process goes",
      List.of(
          "ResidentBytes",
          "ExplainedBytes",
          "UnexplainedBytes",
          "Lines",
          "Managers",
          "ContainerLimit",
          "ContainerUsage",
          "Headroom",
          "Notes",
          "SampleTime",
          "SampleDuration"),
      List.of(),
      List.of());

  /** The domain of all object names. */
  public static final String DOMAIN = "io.rmm";

  /** The type of the notification that tells of a misuse. */
  public static final String MISUSE_NOTIFICATION = "rmm.misuse";

  /** The type of the notification that tells that the pressure on a manager has changed. */
  public static final String PRESSURE_NOTIFICATION = "rmm.pressure.changed";

  /** The type of the notification that tells that a budget has come to its usage threshold. */
  public static final String THRESHOLD_NOTIFICATION = "rmm.usage.threshold.exceeded";

  /** The type of the notification that tells of a block that nobody can free any more. */
  public static final String LEAK_NOTIFICATION = "rmm.leak.suspected";

  /** The type of the notification that tells of a tuner's decision. */
  public static final String TUNING_NOTIFICATION = "rmm.tuning.decided";

  /** The type of the notification that tells that exporters have begun to drop events. */
  public static final String EXPORTER_NOTIFICATION = "rmm.telemetry.dropped";

  private final String type;
  private final String description;
  private final List<String> attributes;
  private final List<String> operations;
  private final List<String> notifications;

  ManagedBean(
      String type,
      String description,
      List<String> attributes,
      List<String> operations,
      List<String> notifications) {
    this.type = type;
    this.description = description;
    this.attributes = attributes;
    this.operations = operations;
    this.notifications = notifications;
  }

  /** Returns the value of the object name's {@code type} key. */
  public String type() {
    return type;
  }

  /** Returns what the bean is about, without a full stop. */
  public String description() {
    return description;
  }

  /** Returns the names of its attributes. */
  public List<String> attributes() {
    return attributes;
  }

  /** Returns the names of its operations. */
  public List<String> operations() {
    return operations;
  }

  /** Returns the types of its notifications. */
  public List<String> notifications() {
    return notifications;
  }
}
