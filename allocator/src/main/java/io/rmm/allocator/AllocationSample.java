package io.rmm.allocator;

/**
 * One allocation, chosen by byte sampling to stand for {@link #weight()} bytes.
 *
 * @param blockId the block's id
 * @param budget the path of its budget
 * @param requestedBytes bytes asked for
 * @param blockBytes bytes of the slot
 * @param sizeClassBytes bytes of a slot of the block's size class, as {@link
 *     MemorySnapshot.SizeClassUsage#slotBytes()} has it; 0 if it is larger than the largest class
 * @param weight the bytes of slots that this sample stands for: {@code blockBytes / (1 -
 *     e^(-blockBytes/mean))}, so that the sum of the weights estimates all allocated bytes without
 *     bias
 * @param site where it was allocated
 * @param fastPath whether the slot came from the thread's own page
 */
public record AllocationSample(
    long blockId,
    String budget,
    long requestedBytes,
    long blockBytes,
    long sizeClassBytes,
    long weight,
    Site site,
    boolean fastPath) {}
