package io.rmm.allocator.heap;

import java.lang.foreign.MemorySegment;

/**
 * Where a block's memory is seen, if not simply in its slot: between guard pages, or through a
 * scope that ends some while after the block.
 *
 * <p>Such a block has its slot like any other, which it is counted, charged and told apart by; so
 * nothing that decides about life and death of blocks knows of placements. Few blocks have one, and
 * it hangs on the block's {@linkplain io.rmm.allocator.observe.Token token}, so that the others pay
 * one comparison for it.
 */
public interface Placement {

  /** Returns the block's memory, which has its slot in {@code page}. */
  MemorySegment segment(Page page, int slot, long byteSize);

  /** Returns the address of the block's first byte. */
  long address(Page page, int slot);
}
