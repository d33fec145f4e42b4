package io.rmm.allocator;

/**
 * Memory got short, or is no longer. Told at the edges, by the source's clock: a level is left only
 * when a twentieth of the limit is free again below it, so that a budget at its limit is told of
 * once and not at each block.
 *
 * @param budget the path of the budget
 * @param level the level now
 * @param previousLevel the level before
 * @param usedBytes what the budget held
 * @param limitBytes the limit that it was held against
 * @param cause whose limit that is
 */
public record PressureChange(
    String budget,
    PressureLevel level,
    PressureLevel previousLevel,
    long usedBytes,
    long limitBytes,
    PressureChange.Cause cause) {

  /** Where pressure comes from. More may be added. */
  public enum Cause {
    /** The budget's own limits. */
    OWN
  }
}
