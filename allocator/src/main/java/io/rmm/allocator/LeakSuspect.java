package io.rmm.allocator;

/**
 * An observed block whose handle has been collected by the garbage collector although the block was
 * never freed: nobody can free it any more.
 *
 * @param blockId the block's id
 * @param budget the path of its budget
 * @param blockBytes bytes of its slot
 * @param weight the bytes of slots that it stands for, see {@link AllocationSample#weight()}
 * @param ageNanos nanoseconds since its allocation
 * @param allocationSite where it was allocated
 * @param evidence why it is suspected; {@code "unreachable"}
 */
public record LeakSuspect(
    long blockId,
    String budget,
    long blockBytes,
    long weight,
    long ageNanos,
    Site allocationSite,
    String evidence) {}
