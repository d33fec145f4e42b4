package io.rmm.jmx.ledger;

/**
 * One line of a sample.
 *
 * @param purpose what the memory is for
 * @param resident its bytes that are in memory
 * @param measured those of them that the kernel tells of mappings that are known to be the
 *     purpose's; the rest is estimated from what the JVM says it has allocated
 * @param committed bytes that its owner holds, resident or not, or {@link #UNKNOWN}
 */
public record Account(Purpose purpose, long resident, long measured, long committed) {

  /** An owner that does not say. */
  public static final long UNKNOWN = -1;
}
