package io.rmm.allocator.heap;

/** A sum over the heaps of a manager; how it is read is told by {@link Reading}. */
public final class Usage {

  /** Allocations so far. */
  public long allocations;

  /** Frees so far. */
  public long frees;

  /** Bytes of all slots handed out so far. */
  public long allocatedBytes;

  /** Bytes of all slots taken back so far. */
  public long freedBytes;

  /** Bytes asked for and held. */
  public long requestedBytes;

  /** How often no free slot was at hand; by size class only. */
  long slowPaths;

  /** Returns bytes of the slots held. */
  public long usedBytes() {
    return allocatedBytes - freedBytes;
  }

  /** Returns the bytes asked for and held, where {@code usedBytes} are used. */
  public long requestedBytes(long usedBytes) {
    // Counted up and down in one number, which only at rest is what it should be.
    return Math.clamp(requestedBytes, 0, Math.max(0, usedBytes));
  }

  /** Adds {@code other} to this. */
  public void add(Usage other) {
    allocations += other.allocations;
    frees += other.frees;
    allocatedBytes += other.allocatedBytes;
    freedBytes += other.freedBytes;
    requestedBytes += other.requestedBytes;
  }
}
