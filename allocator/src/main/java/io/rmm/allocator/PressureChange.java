package io.rmm.allocator;

/**
 * Memory got short, or is no longer. Told at the edges, by the source's clock: a level is left only
 * when a twentieth of the limit is free again below it, so that a budget at its limit is told of
 * once and not at each block.
 *
 * <p>That of the process is told of the root budget, whatever that holds, and is looked at once a
 * second: soft when a container has less than a tenth of its limit left or is slowed down by the
 * kernel ({@code memory.high}), hard when it has less than a twentieth left; or soft when for 10 %
 * of ten seconds some thread waited for memory, and hard when for 30 % all did, until it is half of
 * that.
 *
 * @param budget the path of the budget
 * @param level the level now
 * @param previousLevel the level before
 * @param usedBytes what the budget held; the container, where the cause is not {@link Cause#OWN}, 0
 *     if that is not known
 * @param limitBytes the limit that it was held against; {@link Long#MAX_VALUE} if there is none
 * @param cause where the pressure comes from
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
    OWN,
    /** The limits of the process's control group, or of one above it. */
    CGROUP,
    /** The time that is lost in waiting for memory: Linux's "pressure stall information". */
    PSI
  }
}
