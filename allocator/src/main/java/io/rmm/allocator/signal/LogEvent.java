package io.rmm.allocator.signal;

/** The events that OpenTelemetry shows as log records with an event name. */
public enum LogEvent {
  MISUSE("rmm.misuse"),
  LEAK_SUSPECTED("rmm.leak.suspected"),
  ALLOCATION_REJECTED("rmm.allocation.rejected"),
  TUNING_DECIDED("rmm.tuning.decided"),
  TUNING_ASSESSED("rmm.tuning.assessed"),
  MANAGER_STARTED("rmm.manager.started"),
  MANAGER_CLOSED("rmm.manager.closed");

  private final String eventName;

  LogEvent(String eventName) {
    this.eventName = eventName;
  }

  /** Returns the event's name, for example {@code rmm.misuse}. */
  public String eventName() {
    return eventName;
  }
}
