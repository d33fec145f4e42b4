package io.rmm.allocator;

/** How near a budget is to its limits. */
public enum PressureLevel {
  /** Below the soft limit. */
  NONE,
  /** At the soft limit or above it. */
  SOFT,
  /** At the hard limit: whatever is asked for is refused. */
  HARD;

  /** Returns the level below this one, which is not {@link #NONE}. */
  PressureLevel below() {
    return this == HARD ? SOFT : NONE;
  }

  /** Returns the level of a budget that holds {@code usedBytes} under {@code limits}. */
  public static PressureLevel of(long usedBytes, BudgetLimits limits) {
    if (usedBytes >= limits.hard()) {
      return HARD;
    }
    return usedBytes >= limits.soft() ? SOFT : NONE;
  }
}
