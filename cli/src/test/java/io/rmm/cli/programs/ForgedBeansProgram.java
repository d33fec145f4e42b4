package io.rmm.cli.programs;

import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * Registers beans that look like those of RMM until its input ends, with names that would colour a
 * terminal, clear it, name its window, turn text around, and are longer than it is wide.
 */
public final class ForgedBeansProgram {

  private static final String RED = "\u001b[31mred";

  /** What such a bean shows. */
  public interface Holder {
    /** Bytes in use. */
    long getUsed();

    /** The most bytes so far. */
    long getPeak();
  }

  private record Held(long used) implements Holder {
    @Override
    public long getUsed() {
      return used;
    }

    @Override
    public long getPeak() {
      return used;
    }
  }

  private ForgedBeansProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws Exception {
    register("io.rmm:type=MemoryManager,manager=" + ObjectName.quote(RED));
    register("io.rmm:type=MemoryManager,manager=" + ObjectName.quote("m".repeat(10_000)));
    String budget = "io.rmm:type=Budget,manager=" + ObjectName.quote(RED) + ",name=";
    register(budget + ObjectName.quote("x".repeat(10_000) + "\u001b[2J\u001b]0;mine\u0007\n"));
    register(budget + ObjectName.quote("b\u202ekwards"));
    System.out.println(MemoryProgram.READY);
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  private static void register(String name) throws Exception {
    ManagementFactory.getPlatformMBeanServer()
        .registerMBean(new StandardMBean(new Held(1 << 20), Holder.class), new ObjectName(name));
  }
}
