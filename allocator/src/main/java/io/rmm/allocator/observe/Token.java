package io.rmm.allocator.observe;

/** Lives as long as somebody can free an observed block; see {@link ObservedBlock}. */
public sealed class Token permits TracedToken {

  /** Boxed once, so that to look the block up when it is freed needs no room on the Java heap. */
  private final Long blockId;

  Token(long blockId) {
    this.blockId = blockId;
  }

  /** Returns the id of the observed block. */
  Long blockId() {
    return blockId;
  }
}
