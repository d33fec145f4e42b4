package io.rmm.allocator.heap;

import io.rmm.allocator.Site;
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

  /** Returns the address of the block's first byte, or 0 if it is in its slot. */
  default long address() {
    return 0;
  }

  /** Returns {@code segment}, which is the block's memory, in the scope that its views have. */
  default MemorySegment inScope(MemorySegment segment) {
    return segment;
  }

  /** Tells whether an access beside the block, or after its end, may meet a guard page. */
  default boolean isGuarded() {
    return false;
  }

  /** Is told where the block is allocated, before anybody knows of the block. */
  default void begin(Site allocationSite) {}

  /**
   * Is told that the block was freed, or never came to be. Called outside a hold, and no more than
   * once.
   *
   * @throws io.rmm.allocator.MemoryMisuseException if what is found then is to be thrown
   */
  default void end(Site freeSite) {}
}
