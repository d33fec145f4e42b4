package io.rmm.allocator.observe;

/** Lives as long as somebody can free an observed block; see {@link ObservedBlock}. */
public final class Token {

  private final long blockId;

  Token(long blockId) {
    this.blockId = blockId;
  }

  /** Returns the id of the observed block. */
  public long blockId() {
    return blockId;
  }
}
