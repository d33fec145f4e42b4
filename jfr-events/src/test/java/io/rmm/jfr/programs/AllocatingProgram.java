package io.rmm.jfr.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.SafetyMode;

/** Does with memory what makes every listener be called; knows nothing of Flight Recorder. */
public final class AllocatingProgram {

  private AllocatingProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) {
    System.out.println("misuses=" + run().misuses());
  }

  /** Allocates, frees and misuses. */
  public static MemorySnapshot run() {
    try (MemoryManager manager =
        MemoryManager.builder().name("program").safetyMode(SafetyMode.PARANOID).build()) {
      Block block = manager.allocate(1 << 20);
      block.close();
      try {
        block.close();
      } catch (MemoryMisuseException expected) {
        manager.purge();
      }
      return manager.snapshot();
    }
  }
}
