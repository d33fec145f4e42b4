package io.rmm.jmx;

/** How the resident bytes of a line of the ledger are known. */
public enum LedgerEvidence {
  /** Counted by the kernel in mappings that are known to be the line's. */
  MEASURED,
  /** All or in part what the owner says it has allocated, as far as it can be resident. */
  ESTIMATED,
  /** What is left when all other lines are taken away. */
  REMAINDER
}
