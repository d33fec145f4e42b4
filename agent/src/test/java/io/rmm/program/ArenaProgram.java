package io.rmm.program;

import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.InstanceNotFoundException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/**
 * Opens and closes shared arenas, so many a second at the most for so many seconds, and then prints
 * how many there were and the misuses that the agent's bean knows. It knows nothing of the agent.
 */
@SuppressWarnings("SystemOut")
public final class ArenaProgram {

  private ArenaProgram() {}

  public static void main(String[] args) throws Exception {
    long pause = TimeUnit.SECONDS.toNanos(1) / Long.parseLong(args[0]);
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(Long.parseLong(args[1]));
    long arenas = 0;
    for (long now = start; now < end; now = System.nanoTime()) {
      openAndClose();
      arenas++;
      LockSupport.parkNanos(start + arenas * pause - System.nanoTime());
    }
    System.out.println(arenas + " arenas");
    for (CompositeData misuse : misuses()) {
      System.out.println(
          misuse.get("kind") + ": " + misuse.get("detail") + " @ " + misuse.get("allocationSite"));
    }
    System.out.println("end");
  }

  private static void openAndClose() {
    try (Arena arena = Arena.ofShared()) {
      arena.allocate(8);
    }
  }

  private static CompositeData[] misuses() throws Exception {
    try {
      return (CompositeData[])
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(new ObjectName("io.rmm:type=Misuse,manager=jvm"), "Recent");
    } catch (InstanceNotFoundException e) {
      throw new AssertionError("the agent is not ready", e);
    }
  }
}
