package io.rmm.allocator;

/**
 * A chunk got memory from the operating system, or gave all its memory back.
 *
 * @param kind which of the two
 * @param bytes how much
 * @param source the name of the page source, for example {@code "linux"}
 * @param durationNanos how long the operating system took
 * @param cause why; {@code "demand"}, {@code "idle"}, {@code "limit"}, {@code "asked"} or {@code
 *     "close"}
 */
public record ChunkEvent(Kind kind, long bytes, String source, long durationNanos, String cause) {

  /** The direction of the memory. */
  public enum Kind {
    /** From the operating system. */
    MAP,
    /** Back to the operating system. */
    UNMAP
  }
}
