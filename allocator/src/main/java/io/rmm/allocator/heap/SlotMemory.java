package io.rmm.allocator.heap;

import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.MemorySegment;

/**
 * The memory of a page's slots: where each begins, how it is seen, and the canaries in it.
 *
 * <p>The memory is reached by its address alone where it has no scope that can be closed, and else
 * through its segment. Which of the two, and whether there is a canary at all, is decided by one
 * comparison each with a number that is set once: they stand on the fast path.
 *
 * <p>A canary stands behind each block, and where the size class is small, at the end of each slot
 * too, where it outlives the block. See {@link Canary} for what it is.
 */
abstract class SlotMemory extends PageLinks {

  /** Which slots of a page have canaries. */
  enum Canaries {
    /** None. */
    NONE,
    /** Behind those blocks that leave room for it. */
    WITH_ROOM,
    /** Behind all blocks, since none may reach to the slot's end, and there. */
    AT_THE_END_TOO
  }

  static {
    // As in Page.
    MemorySegment probe = MemorySegment.ofArray(new long[1]);
    probe.set(Canary.LAYOUT, 0, Canary.of(Canary.pattern(0), 0, 0));
    boolean linked = probe.get(Canary.LAYOUT, 0) != 0;
    assert linked;
  }

  /** Bytes of a slot. */
  public final long slotBytes;

  /** The address of the first slot. */
  public final long address;

  /** The memory of all slots. */
  final MemorySegment memory;

  /** Whether {@link #memory} has a scope that can be closed. */
  private final boolean scoped;

  /** What the canaries of this page are made of. */
  private final long pattern;

  /** Whether views of blocks may end by themselves, some while after the block. */
  public final boolean endsViews;

  /**
   * The largest block with a canary behind it that is reached by its address; -1 if there is none.
   * One comparison with it decides all at once: whether blocks get canaries, whether this one
   * leaves room for it, and which way there is to it.
   */
  private final long mostBeforeCanary;

  /** As {@link #mostBeforeCanary}, where the canary is reached through {@link #memory}. */
  private final long mostBeforeScopedCanary;

  /** Bytes of a slot that blocks may reach to: all of it, less the canary at the end if any. */
  public final long usableBytes;

  SlotMemory(
      MemorySegment memory, long slotBytes, boolean scoped, boolean endsViews, Canaries canaries) {
    this.memory = memory;
    this.address = memory.address();
    this.slotBytes = slotBytes;
    this.scoped = scoped;
    this.endsViews = endsViews;
    this.pattern = Canary.pattern(address);
    long most = canaries == Canaries.NONE ? -1 : slotBytes - Canary.BYTES;
    this.mostBeforeCanary = scoped ? -1 : most;
    this.mostBeforeScopedCanary = scoped ? most : -1;
    this.usableBytes = canaries == Canaries.AT_THE_END_TOO ? slotBytes - Canary.BYTES : slotBytes;
  }

  /** Returns the first {@code byteSize} bytes of {@code slot}. */
  public MemorySegment segment(int slot, long byteSize) {
    return segmentAt(address(slot), byteSize);
  }

  /**
   * Returns {@code byteSize} bytes from {@code start} on, which is the address of a slot or, where
   * memory has no scope that can be closed, any other.
   */
  public MemorySegment segmentAt(long start, long byteSize) {
    return scoped
        ? memory.asSlice(start - address, byteSize)
        : LinuxSystemCalls.PROCESS.asSlice(start, byteSize);
  }

  /**
   * Returns the segment through which all slots can be seen, each from its {@link #offsetInBase}
   * on; for those who may not make an object for it.
   */
  public MemorySegment base() {
    return scoped ? memory : LinuxSystemCalls.PROCESS;
  }

  /** Returns where {@code slot} begins in {@link #base}. */
  public long offsetInBase(int slot) {
    return (scoped ? 0 : address) + slot * slotBytes;
  }

  /** Returns the address of {@code slot}. */
  public long address(int slot) {
    return address + slot * slotBytes;
  }

  // ---- canaries ----

  /** Writes the canary behind a block of {@code byteSize}, if there is room for one. */
  public void setCanary(int slot, long byteSize) {
    setCanary(slot, address(slot), byteSize);
  }

  /** As above, for those who know the address of {@code slot}: to be computed once is enough. */
  public void setCanary(int slot, long slotAddress, long byteSize) {
    if (byteSize <= mostBeforeCanary) {
      LinuxSystemCalls.PROCESS.set(
          Canary.LAYOUT, slotAddress + byteSize, Canary.of(pattern, slot, byteSize));
    } else if (byteSize <= mostBeforeScopedCanary) {
      memory.set(
          Canary.LAYOUT, slotAddress - address + byteSize, Canary.of(pattern, slot, byteSize));
    }
  }

  /**
   * Compares the canary behind a block of {@code byteSize}; returns 0 if it is intact, and else the
   * bits that differ. To be called by whoever frees the block, in the hold, before the slot is
   * given back.
   */
  public long canaryDamage(int slot, long byteSize) {
    return canaryDamage(slot, address(slot), byteSize);
  }

  /** As above, for those who know the address of {@code slot}. */
  public long canaryDamage(int slot, long slotAddress, long byteSize) {
    if (byteSize <= mostBeforeCanary) {
      return LinuxSystemCalls.PROCESS.get(Canary.LAYOUT, slotAddress + byteSize)
          ^ Canary.of(pattern, slot, byteSize);
    }
    return byteSize <= mostBeforeScopedCanary
        ? memory.get(Canary.LAYOUT, slotAddress - address + byteSize)
            ^ Canary.of(pattern, slot, byteSize)
        : 0;
  }

  /**
   * Writes the canaries of {@code slot} anew after damage behind a block of {@code byteSize} was
   * found, so that one overrun is found once: also that at the end, if the damage goes so far.
   */
  public void mendCanaries(int slot, long byteSize) {
    // Looked at first: where the two overlap, to write the one mends a part of the other.
    long atEnd = endCanaryDamage(slot);
    setCanary(slot, byteSize);
    if (atEnd != 0 && Canary.firstDamagedByte(atEnd) == 0) {
      setEndCanary(slot);
    }
  }

  /** Compares the canary at the end of {@code slot}, if there is one; as above. */
  public long endCanaryDamage(int slot) {
    return usableBytes == slotBytes ? 0 : canaryDamage(slot, usableBytes);
  }

  /** Writes the canary at the end of {@code slot}, which has one. */
  void setEndCanary(int slot) {
    setCanary(slot, usableBytes);
  }
}
