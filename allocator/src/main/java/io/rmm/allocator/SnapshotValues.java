package io.rmm.allocator;

/**
 * The numbers of a {@link MemorySnapshot}, while they are collected and after.
 *
 * <p>They are read one after the other while the program runs, so that together they may say what
 * was true at no moment: fewer bytes used than requested, more blocks freed than allocated. What
 * must hold in every snapshot is made to hold where the values are set.
 */
final class SnapshotValues implements Cloneable {

  long requestedBytes;
  long usedBytes;
  long activeBytes;
  long committedBytes;
  long reservedBytes;
  long peakUsedBytes;
  long allocations;
  long frees;
  long allocatedBytes;
  long freedBytes;
  long rejections;
  long remoteFrees;
  long observedBlocks;
  long leakSuspects;
  long leakSuspectBytes;
  long openArenas;
  long threadHeaps;
  long stripes;
  long cachedBytes;
  long contendedHolds;
  long returnedBytes;
  long systemCalls;
  long retainedLimitBytes;
  long tuningDecisions;
  long droppedListeners;
  long guardedBlocks;
  long guardBytes;

  /**
   * Sets the ladder. The upper two rungs are counted exactly, the lower ones are sums over heaps,
   * too high by all that was allocated while a reader lost its processor amid them: so they are
   * lowered to what is committed, and each is raised to the one below.
   */
  void ladder(long requested, long used, long active, long committed, long reserved) {
    committedBytes = Math.max(0, committed);
    reservedBytes = Math.max(committedBytes, reserved);
    usedBytes = Math.clamp(used, 0, committedBytes);
    requestedBytes = Math.clamp(requested, 0, usedBytes);
    activeBytes = Math.clamp(active, usedBytes, committedBytes);
  }

  /** Sets the counters of allocations and frees; lowers frees to allocations. */
  void flow(long allocations, long frees, long allocatedBytes, long freedBytes) {
    this.allocations = allocations;
    this.frees = Math.min(frees, allocations);
    this.allocatedBytes = allocatedBytes;
    this.freedBytes = Math.min(freedBytes, allocatedBytes);
  }

  SnapshotValues copy() {
    try {
      return (SnapshotValues) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
