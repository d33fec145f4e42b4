package io.rmm.allocator.observe;

import io.rmm.allocator.heap.Placement;
import org.jspecify.annotations.Nullable;

/**
 * What the handle of a block holds about which more is known than of others. It lives as long as
 * somebody can free the block; see {@link ObservedBlock}.
 */
public sealed class Token permits TracedToken {

  /** Boxed once, so that to look the block up when it is freed needs no room on the Java heap. */
  private final Long blockId;

  private final @Nullable Placement placement;
  private final long placedAddress;

  Token(long blockId, @Nullable Placement placement) {
    this.blockId = blockId;
    this.placement = placement;
    this.placedAddress = placement == null ? 0 : placement.address();
  }

  /**
   * Returns the address of the block's first byte, or 0 if it is in its slot. Read and not asked of
   * the placement, since a call in the way to a handle may cost it its scalar replacement.
   */
  public long placedAddress() {
    return placedAddress;
  }

  /** Returns where the block's memory is seen, or null if simply in its slot. */
  public @Nullable Placement placement() {
    return placement;
  }

  /** Returns the id of the observed block. */
  Long blockId() {
    return blockId;
  }
}
