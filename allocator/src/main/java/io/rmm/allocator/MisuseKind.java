package io.rmm.allocator;

/** What was done wrong with memory. */
public enum MisuseKind {
  /** A block was freed that had been freed before. */
  DOUBLE_FREE,
  /** Something was freed that is not the start of a block that may be freed in this way. */
  INVALID_FREE,
  /** A block was used after it had been freed. */
  USE_AFTER_FREE,
  /** Memory beyond a block's end was written. */
  OVERRUN,
  /** Memory before a block's start was written. */
  UNDERRUN,
  /** A confined arena was used by a thread that is not its owner. */
  WRONG_THREAD,
  /** A block was never freed, and nobody can free it any more. */
  LEAK,
  /** An arena was never closed. */
  ARENA_NOT_CLOSED,
  /**
   * Shared arenas were opened and closed so often that the closes, each of which stops all threads
   * of the process, take a part of its time that hurts.
   */
  ARENA_CHURN,
  /** The manager's own records contradict each other. */
  CORRUPTION
}
