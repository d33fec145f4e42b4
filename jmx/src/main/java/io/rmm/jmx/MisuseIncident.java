package io.rmm.jmx;

import io.rmm.allocator.MisuseReport;

/**
 * A misuse as JMX shows it: the attribute {@link MisuseMXBean#getRecent() Recent} and the user data
 * of notifications have the same form.
 *
 * @param time when it was found, in milliseconds since the epoch
 * @param budget the path of the block's budget, or an empty string
 * @param kind the name of its {@link io.rmm.allocator.MisuseKind}
 * @param allocationId the number of the block, or 0
 * @param blockSize bytes asked for that block, or 0
 * @param slotSize bytes of the slot that the block stands in, or 0
 * @param offset where it was misused, in bytes from the block's start: before it if negative,
 *     behind it from {@code blockSize} on
 * @param age nanoseconds from the block's allocation to the report, or 0 if not observed
 * @param allocationSite the frames that allocated the block, innermost first, or {@code "unknown"}
 * @param freeSite the frames that had freed it, or {@code "unknown"}
 * @param detectionSite the frames that found the misuse, or {@code "unknown"}
 * @param ownerThread the thread that allocated the block, empty if it was not observed
 * @param freeThread the thread that had freed it, empty if that is not known
 * @param threadName the thread in which it was found
 * @param mode the safety mode of the source
 * @param confidence how sure it is: {@code CERTAIN}, {@code LIKELY} or {@code POSSIBLE}
 * @param occurrences misuses of this kind with the same sites so far
 * @param detail one sentence for people
 */
public record MisuseIncident(
    long time,
    String budget,
    String kind,
    long allocationId,
    long blockSize,
    long slotSize,
    long offset,
    long age,
    String allocationSite,
    String freeSite,
    String detectionSite,
    String ownerThread,
    String freeThread,
    String threadName,
    String mode,
    String confidence,
    long occurrences,
    String detail) {

  static MisuseIncident of(MisuseReport report, long time) {
    return new MisuseIncident(
        time,
        report.budget(),
        report.kind().name(),
        report.blockId(),
        report.blockSize(),
        report.slotSize(),
        report.offset(),
        report.ageNanos(),
        report.allocationSite().toString(),
        report.freeSite().toString(),
        report.detectionSite().toString(),
        report.allocationThread(),
        report.freeThread(),
        report.threadName(),
        report.mode().name(),
        report.confidence().name(),
        report.occurrences(),
        report.detail());
  }
}
