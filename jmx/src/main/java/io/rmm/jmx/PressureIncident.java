package io.rmm.jmx;

import io.rmm.allocator.PressureChange;

/**
 * That the pressure on a budget has changed; user data of a notification.
 *
 * @param budget the path of the budget; that of the root where the whole process is short
 * @param level the name of its {@link io.rmm.allocator.PressureLevel} now
 * @param previousLevel that of the level before
 * @param used bytes that the budget, or the process's container, held; 0 if that is not known
 * @param limit the limit that it was held against, 2^63 - 1 if there is none
 * @param cause the name of the {@link io.rmm.allocator.PressureChange.Cause}
 */
public record PressureIncident(
    String budget, String level, String previousLevel, long used, long limit, String cause) {

  static PressureIncident of(PressureChange change) {
    return new PressureIncident(
        change.budget(),
        change.level().name(),
        change.previousLevel().name(),
        change.usedBytes(),
        change.limitBytes(),
        change.cause().name());
  }
}
