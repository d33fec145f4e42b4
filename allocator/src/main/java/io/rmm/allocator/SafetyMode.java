package io.rmm.allocator;

/**
 * How much a memory manager spends on finding misuse.
 *
 * <p>Every mode refuses double, invalid and foreign frees and the use of stale handles, and keeps
 * every limit. The modes differ in what they know about a block when something has gone wrong with
 * it.
 */
public enum SafetyMode {
  /**
   * After proof: what every mode does, and samples. Slots are as large as the blocks in them, and
   * nothing is written beside those.
   */
  FAST,
  /**
   * For production, and the default: besides, canaries behind all blocks and at the ends of slots,
   * by which native writes beside a block are found, and some blocks between guard pages.
   */
  STANDARD,
  /**
   * For services with something to lose. Freed memory rests in a quarantine before it is used
   * again, and not before every view of it is refused by the JDK; what is written to it there is
   * found. Observes blocks sixteen times as densely as {@link #STANDARD}.
   */
  SAFE,
  /** For tests: as {@link #SAFE}, with a larger quarantine and with the sites of every block. */
  PARANOID
}
