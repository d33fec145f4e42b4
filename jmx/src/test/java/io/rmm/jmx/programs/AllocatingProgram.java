package io.rmm.jmx.programs;

import io.rmm.allocator.MemoryManager;

/** Allocates; knows nothing of JMX. */
public final class AllocatingProgram {

  private AllocatingProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) {
    try (MemoryManager manager = MemoryManager.builder().name("program").build()) {
      manager.allocate(1024).close();
      System.out.println("frees=" + manager.snapshot().frees());
    }
  }
}
