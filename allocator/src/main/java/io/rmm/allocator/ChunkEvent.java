package io.rmm.allocator;

/**
 * Memory was mapped for a chunk, or went back to the operating system: then of any number of chunks
 * at once, whole or in part.
 *
 * @param kind which of the two
 * @param bytes how much
 * @param source the name of the page source, for example {@code "linux"}
 * @param durationNanos how long the operating system took
 * @param cause why. Memory comes for {@code "demand"}. It goes because it has lain {@code "idle"},
 *     lay idle above the retained {@code "limit"}, was needed under {@code "pressure"} (the root's
 *     hard limit, or an operating system that has no more), was {@code "asked"} for by {@link
 *     MemoryManager#purge()}, or because of the manager's {@code "close"}
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
