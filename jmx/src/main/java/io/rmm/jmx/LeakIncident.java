package io.rmm.jmx;

import io.rmm.allocator.LeakSuspect;

/**
 * A block that nobody can free any more, as JMX shows it: the attribute {@link
 * LeaksMXBean#getSuspects() Suspects} and the user data of notifications have the same form.
 *
 * @param time when it was found, in milliseconds since the epoch
 * @param budget the path of the block's budget
 * @param allocationId the number of the block
 * @param blockSize bytes of its slot
 * @param weight the bytes that it stands for, as one of many that were not observed
 * @param age nanoseconds since its allocation
 * @param allocationSite the frames that allocated it, innermost first
 * @param evidence why it is suspected
 */
public record LeakIncident(
    long time,
    String budget,
    long allocationId,
    long blockSize,
    long weight,
    long age,
    String allocationSite,
    String evidence) {

  static LeakIncident of(LeakSuspect suspect, long time) {
    return new LeakIncident(
        time,
        suspect.budget(),
        suspect.blockId(),
        suspect.blockBytes(),
        suspect.weight(),
        suspect.ageNanos(),
        suspect.allocationSite().toString(),
        suspect.evidence());
  }
}
