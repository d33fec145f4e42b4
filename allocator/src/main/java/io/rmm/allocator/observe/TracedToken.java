package io.rmm.allocator.observe;

/**
 * What is known of a block whose free is to be told, be it observed or not; see {@link Tracing}.
 */
final class TracedToken extends Token {

  final String budget;
  final long slotBytes;
  final boolean observed;

  /** The thread that allocated the block; by number, so that a dead one is not held on to. */
  final long threadId = Thread.currentThread().threadId();

  TracedToken(long blockId, String budget, long slotBytes, boolean observed) {
    super(blockId);
    this.budget = budget;
    this.slotBytes = slotBytes;
    this.observed = observed;
  }
}
