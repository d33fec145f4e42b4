package io.rmm.allocator;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a manager does for safety.
 *
 * @param mode how much it spends on finding misuse
 * @param actions what it does about misuse, for each kind
 * @param quarantineBytes how much freed memory rests before it is used again, in modes that have
 *     such
 * @param guardBudget bytes of the pages of guarded blocks, at most; none in mode FAST
 */
record Safety(
    SafetyMode mode,
    Map<MisuseKind, MisuseAction> actions,
    long quarantineBytes,
    long guardBudget) {

  /** As much as Apple gives its guards: a thousand blocks of a page, and no amount to think of. */
  static final long DEFAULT_GUARD_BUDGET = 4L << 20;

  Safety {
    actions = Map.copyOf(actions);
    guardBudget = mode == SafetyMode.FAST ? 0 : guardBudget;
  }

  /** Tells whether blocks are followed by canaries. */
  boolean hasCanaries() {
    return mode != SafetyMode.FAST;
  }

  /** Returns what {@code mode} does by default. */
  static Safety of(SafetyMode mode) {
    return new Safety(mode, defaultActions(), defaultQuarantineBytes(mode), DEFAULT_GUARD_BUDGET);
  }

  /** Returns how much freed memory rests in {@code mode} unless set otherwise. */
  static long defaultQuarantineBytes(SafetyMode mode) {
    return switch (mode) {
      case FAST, STANDARD -> 0;
      case SAFE -> Quarantine.SAFE_BYTES;
      case PARANOID -> Quarantine.PARANOID_BYTES;
    };
  }

  /** Tells whether freed memory rests before it is used again. */
  boolean isQuarantining() {
    return mode == SafetyMode.SAFE || mode == SafetyMode.PARANOID;
  }

  /** Returns the default actions, as a map that may be changed. */
  static Map<MisuseKind, MisuseAction> defaultActions() {
    Map<MisuseKind, MisuseAction> actions = new EnumMap<>(MisuseKind.class);
    for (MisuseKind kind : MisuseKind.values()) {
      actions.put(kind, MisuseAction.defaultFor(kind));
    }
    return actions;
  }
}
