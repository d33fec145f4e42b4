package io.rmm.allocator;

/** By which way a block was freed. */
public enum FreeCause {
  /** Its handle was closed, or died by {@link Block#resize}. */
  CLOSE,
  /** The arena that it was allocated in was closed. */
  ARENA,
  /** {@link MemoryManager#free(long)} was given its address. */
  ADDRESS
}
