package io.rmm.cli.programs;

import java.io.OutputStream;
import java.util.Properties;

/** Says that its management agent has the address that it is told, until its input ends. */
public final class ForgedAddressProgram {

  /** The property that has the address. */
  public static final String ADDRESS = "rmm.test.address";

  private ForgedAddressProgram() {}

  /** Runs in a JVM of its own, which exports {@code jdk.internal.vm}. */
  public static void main(String[] arguments) throws Exception {
    Properties told =
        (Properties)
            Class.forName("jdk.internal.vm.VMSupport").getMethod("getAgentProperties").invoke(null);
    told.setProperty(
        "com.sun.management.jmxremote.localConnectorAddress", System.getProperty(ADDRESS));
    System.out.println(MemoryProgram.READY);
    System.in.transferTo(OutputStream.nullOutputStream());
  }
}
