package io.rmm.exporter.programs;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rmm.allocator.MemoryManager;
import io.rmm.exporter.micrometer.RmmMetrics;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints whether the ledger is on its path, and the names of the meters of a manager. With an
 * argument, it waits for those of the process.
 */
public final class MeterProgram {

  private static final long PAUSE_NANOS = 10_000_000;

  private MeterProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (MemoryManager manager =
            MemoryManager.builder().name("program").discoverViews(false).build();
        RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(registry);
      System.out.println("ledger=" + hasLedger());
      Set<String> names = names(registry);
      while (arguments.length > 0 && !names.contains("rmm.process.resident")) {
        LockSupport.parkNanos(PAUSE_NANOS);
        registry.get("rmm.memory.committed").gauge().value(); // finds what is new
        names = names(registry);
      }
      names.forEach(System.out::println);
    }
  }

  private static boolean hasLedger() {
    try {
      Class.forName("io.rmm.jmx.ProcessMemory");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Set<String> names(SimpleMeterRegistry registry) {
    Set<String> names = new TreeSet<>();
    for (Meter meter : registry.getMeters()) {
      names.add(meter.getId().getName());
    }
    return names;
  }
}
