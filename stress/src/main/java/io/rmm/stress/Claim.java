package io.rmm.stress;

import io.rmm.allocator.Block;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Finds out whether one and the same memory is given to two holders, at the first instant that it
 * is.
 *
 * <p>A holder claims its block by a compare-and-set of the first word, from 0 to the block's id,
 * and gives it up by setting it back. Since nobody writes anything else, memory is all zeros
 * whenever nobody holds it, whatever sizes it was cut into before; the claim of a second holder
 * fails.
 */
final class Claim {

  /** The least that a block must have to be claimed. */
  static final long MIN_BYTES = Long.BYTES;

  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private Claim() {}

  /** Claims {@code block} for its one holder. */
  static void take(Block block) {
    MemorySegment segment = block.segment();
    long found = (long) WORD.compareAndExchange(segment, 0L, 0L, block.id());
    if (found != 0) {
      throw new Violation("block " + block.id() + " was given out while " + found + " was alive");
    }
    long last = segment.byteSize() - Long.BYTES;
    if (last >= Long.BYTES && segment.get(ValueLayout.JAVA_LONG_UNALIGNED, last) != 0) {
      throw new Violation("the end of block " + block.id() + " lies in another's memory");
    }
  }

  /** Checks the claim and gives it up; the block is then the caller's to close. */
  static void giveUp(Block block) {
    long found = (long) WORD.getAndSet(block.segment(), 0L, 0L);
    if (found != block.id()) {
      throw new Violation("block " + block.id() + " was overwritten with " + found);
    }
  }
}
