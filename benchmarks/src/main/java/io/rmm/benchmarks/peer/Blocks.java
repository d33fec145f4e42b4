package io.rmm.benchmarks.peer;

import java.lang.foreign.MemorySegment;

/**
 * A table of live blocks, in the form in which users of the peer hold them.
 *
 * <p>Slots are written by one thread at a time; handing a table to another thread is up to the
 * caller, except for {@link #exchange} and {@link #swap}, which any number of threads may call on
 * one table.
 */
public abstract class Blocks {

  /** Returns the number of slots. */
  public abstract int length();

  /** Tells whether there is no block in a slot. */
  public abstract boolean isEmpty(int slot);

  /** Allocates a block into an empty slot and writes nothing. */
  public abstract void allocate(int slot, int size);

  /** Frees the block in a slot, which is empty then. */
  public abstract void free(int slot);

  /** Writes 8 bytes of a block. */
  public abstract void putLong(int slot, int offset, long value);

  /** Reads 8 bytes of a block. */
  public abstract long getLong(int slot, int offset);

  /** Writes one byte of a block. */
  public abstract void put(int slot, int offset, byte value);

  /** Reads one byte of a block. */
  public abstract byte get(int slot, int offset);

  /** Returns the memory of a block, at least as long as it was asked for. */
  public abstract MemorySegment segment(int slot);

  /** Sets the first {@code count} bytes of a block to {@code value}. */
  public final void fill(int slot, int count, byte value) {
    segment(slot).asSlice(0, count).fill(value);
  }

  /**
   * Allocates a block, writes its first 8 bytes, swaps it atomically into a slot, and frees the
   * block that was there, if any.
   */
  public abstract void exchange(int slot, int size, long value);

  /**
   * Swaps the content of a slot of this table, which belongs to the caller, with that of a slot of
   * another table, atomically there. Either may be empty.
   */
  public abstract void swap(int slot, Blocks other, int otherSlot);

  /** Frees whatever is left. */
  public final void freeAll() {
    for (int slot = 0; slot < length(); slot++) {
      if (!isEmpty(slot)) {
        free(slot);
      }
    }
  }
}
