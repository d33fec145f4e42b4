package io.rmm.benchmarks.peer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Blocks that are known by their address alone, which is never 0. */
abstract class AddressBlocks extends Blocks {

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] addresses;

  AddressBlocks(int length) {
    this.addresses = new long[length];
  }

  abstract long allocate(int size);

  abstract void free(long address);

  /** All of memory, or of what stands in its place. */
  abstract MemorySegment memory();

  @Override
  public final int length() {
    return addresses.length;
  }

  @Override
  public final boolean isEmpty(int slot) {
    return addresses[slot] == 0;
  }

  @Override
  public final void allocate(int slot, int size) {
    addresses[slot] = allocate(size);
  }

  @Override
  public final void free(int slot) {
    long address = addresses[slot];
    addresses[slot] = 0;
    free(address);
  }

  @Override
  public final void putLong(int slot, int offset, long value) {
    memory().set(ValueLayout.JAVA_LONG, addresses[slot] + offset, value);
  }

  @Override
  public final long getLong(int slot, int offset) {
    return memory().get(ValueLayout.JAVA_LONG, addresses[slot] + offset);
  }

  @Override
  public final void put(int slot, int offset, byte value) {
    memory().set(ValueLayout.JAVA_BYTE, addresses[slot] + offset, value);
  }

  @Override
  public final byte get(int slot, int offset) {
    return memory().get(ValueLayout.JAVA_BYTE, addresses[slot] + offset);
  }

  @Override
  public final MemorySegment segment(int slot) {
    return memory().asSlice(addresses[slot]);
  }

  @Override
  public final void exchange(int slot, int size, long value) {
    long address = allocate(size);
    memory().set(ValueLayout.JAVA_LONG, address, value);
    long former = (long) SLOT.getAndSet(addresses, slot, address);
    if (former != 0) {
      free(former);
    }
  }

  @Override
  public final void swap(int slot, Blocks other, int otherSlot) {
    addresses[slot] =
        (long) SLOT.getAndSet(((AddressBlocks) other).addresses, otherSlot, addresses[slot]);
  }
}
