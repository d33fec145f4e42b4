package io.rmm.corpus;

import io.rmm.allocator.Block;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a flow carries from where it was allocated to where it is used; parts that a variant does
 * not need are null.
 */
record Carried(Block block, MemorySegment view, Arena arena, long address) {

  static Carried of(Block block) {
    return new Carried(block, null, null, 0);
  }

  static Carried withView(Block block) {
    return new Carried(block, block.segment(), null, 0);
  }

  static Carried of(Arena arena, MemorySegment view) {
    return new Carried(null, view, arena, 0);
  }

  static Carried of(long address) {
    return new Carried(null, null, null, address);
  }

  /** For sizes that come from elsewhere. */
  static Carried number(long number) {
    return of(number);
  }

  long number() {
    return address;
  }
}
