package io.rmm.allocator.heap;

import java.lang.foreign.Arena;

/**
 * A memory barrier in every thread of the JVM, at the expense of the one that asks for it.
 *
 * <p>Closing a shared arena must make all threads see that it is closed before their next access,
 * and the JDK does that by a handshake: each thread passes a safepoint poll or is found outside
 * Java code, both of which order its earlier stores before, and its later loads after, the
 * handshake. Costs 10 to 75 us. This works wherever a JDK 25 does, and without native access.
 * {@code membarrier(2)} would do the same on Linux alone, and hardly faster:
 * docs/decisions/0002-biased-heaps.md.
 */
final class AllThreadsBarrier {

  private AllThreadsBarrier() {}

  static void run() {
    try (Arena arena = Arena.ofShared()) {
      assert arena.scope().isAlive();
    }
  }
}
