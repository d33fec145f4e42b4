package io.rmm.jmx.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.lang.management.ManagementFactory;
import javax.management.ObjectName;

/** Prints what the platform's MBean server says of a block. */
public final class PrintingProgram {

  private PrintingProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws Exception {
    try (MemoryManager manager = MemoryManager.builder().name("program").build();
        Block block = manager.allocate(1024)) {
      manager.awaitViews();
      ObjectName bean = new ObjectName("io.rmm:type=Budget,manager=program,name=root");
      Object limits = ManagementFactory.getPlatformMBeanServer().getAttribute(bean, "Limits");
      System.out.println(block.isAlive() + " " + limits.getClass().getSimpleName());
    }
  }
}
