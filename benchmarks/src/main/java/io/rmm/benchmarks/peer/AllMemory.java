package io.rmm.benchmarks.peer;

import java.lang.foreign.MemorySegment;

/** All addresses as one segment, as those use it who hold addresses. */
final class AllMemory {

  @SuppressWarnings("restricted") // The handles of native libraries are addresses.
  static final MemorySegment SEGMENT = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private AllMemory() {}
}
