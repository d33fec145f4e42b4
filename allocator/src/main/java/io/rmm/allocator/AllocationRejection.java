package io.rmm.allocator;

/**
 * An allocation that a budget refused.
 *
 * @param budget the path of the budget that was asked
 * @param rejectedBy the path of the budget that refused: that one, or an ancestor of it
 * @param requestedBytes bytes asked for
 * @param usedBytes what the refusing budget held; where the root refused to map more memory, what
 *     was committed
 * @param limitBytes the hard limit that would have been exceeded
 */
public record AllocationRejection(
    String budget, String rejectedBy, long requestedBytes, long usedBytes, long limitBytes) {}
