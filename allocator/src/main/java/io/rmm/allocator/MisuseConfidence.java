package io.rmm.allocator;

/** How sure it is that a {@link MisuseReport} names the right block and the right kind. */
public enum MisuseConfidence {
  /** The records of the manager prove it. */
  CERTAIN,
  /** There is one block that all that is known fits, and something else is thinkable. */
  LIKELY,
  /** The best of several candidates. */
  POSSIBLE
}
