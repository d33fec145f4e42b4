package io.rmm.benchmarks.peer;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Blocks whose handles are objects. */
abstract class HandleBlocks<H> extends Blocks {

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

  private final @Nullable Object[] handles;

  HandleBlocks(int length) {
    this.handles = new @Nullable Object[length];
  }

  abstract H allocate(int size);

  abstract void free(H block);

  abstract void putLong(H block, int offset, long value);

  abstract long getLong(H block, int offset);

  abstract void put(H block, int offset, byte value);

  abstract byte get(H block, int offset);

  abstract MemorySegment segment(H block);

  @SuppressWarnings({"unchecked", "NullAway"}) // Only handles go in; the caller knows which are.
  private H handle(int slot) {
    return (H) handles[slot];
  }

  @Override
  public final int length() {
    return handles.length;
  }

  @Override
  public final boolean isEmpty(int slot) {
    return handles[slot] == null;
  }

  @Override
  public final void allocate(int slot, int size) {
    handles[slot] = allocate(size);
  }

  @Override
  public final void free(int slot) {
    H block = handle(slot);
    handles[slot] = null;
    free(block);
  }

  @Override
  public final void putLong(int slot, int offset, long value) {
    putLong(handle(slot), offset, value);
  }

  @Override
  public final long getLong(int slot, int offset) {
    return getLong(handle(slot), offset);
  }

  @Override
  public final void put(int slot, int offset, byte value) {
    put(handle(slot), offset, value);
  }

  @Override
  public final byte get(int slot, int offset) {
    return get(handle(slot), offset);
  }

  @Override
  public final MemorySegment segment(int slot) {
    return segment(handle(slot));
  }

  @Override
  @SuppressWarnings("unchecked") // Only handles go in.
  public final void exchange(int slot, int size, long value) {
    H block = allocate(size);
    putLong(block, 0, value);
    H former = (H) SLOT.getAndSet(handles, slot, block);
    if (former != null) {
      free(former);
    }
  }

  @Override
  public final void swap(int slot, Blocks other, int otherSlot) {
    handles[slot] = SLOT.getAndSet(((HandleBlocks<?>) other).handles, otherSlot, handles[slot]);
  }
}
