package io.rmm.allocator.heap;

/** A sum over the heaps of a manager. */
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

  /** Returns bytes of the slots held. */
  public long usedBytes() {
    return allocatedBytes - freedBytes;
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
