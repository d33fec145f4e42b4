package io.rmm.allocator.observe;

import io.rmm.allocator.heap.Placement;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a block whose free is to be told, be it observed or not; see {@link Tracing}.
 */
final class TracedToken extends Token {

  final String budget;
  final long slotBytes;
  final boolean observed;

  /** The thread that allocated the block; by number, so that a dead one is not held on to. */
  final long threadId = Thread.currentThread().threadId();

  TracedToken(
      long blockId,
      String budget,
      long slotBytes,
      boolean observed,
      @Nullable Placement placement) {
    super(blockId, placement);
    this.budget = budget;
    this.slotBytes = slotBytes;
    this.observed = observed;
  }
}
