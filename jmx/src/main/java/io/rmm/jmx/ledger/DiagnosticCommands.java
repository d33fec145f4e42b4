package io.rmm.jmx.ledger;

import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;
import java.util.Optional;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * What the JVM tells in reply to {@code jcmd}, asked through its MBean. There is none in a runtime
 * without the module {@code jdk.management}, and a JVM other than HotSpot may lack a command.
 */
final class DiagnosticCommands {

  private static final String[] SIGNATURE = {String[].class.getName()};

  private final MBeanServer server;
  private final ObjectName bean;

  DiagnosticCommands(MBeanServer server) {
    this.server = server;
    try {
      this.bean = new ObjectName("com.sun.management:type=DiagnosticCommand");
    } catch (MalformedObjectNameException e) {
      throw new AssertionError("a constant name is well formed", e);
    }
  }

  /** Returns the memory map of the process, or nothing if the JVM does not print it. */
  Optional<String> systemMap() {
    return run("systemMap");
  }

  /** Returns the summary of native memory tracking in bytes, or what the JVM says instead. */
  Optional<String> nativeMemory() {
    return run("vmNativeMemory", "summary", "scale=b");
  }

  /** Returns what the heap is made of, and at which addresses. */
  Optional<String> heapInfo() {
    return run("gcHeapInfo");
  }

  /** Returns what the code cache is made of, and at which addresses. */
  Optional<String> codeCache() {
    return run("compilerCodecache");
  }

  private Optional<String> run(String operation, String... arguments) {
    try {
      Object answer = server.invoke(bean, operation, new Object[] {arguments}, SIGNATURE);
      return Optional.ofNullable(answer).map(Object::toString);
    } catch (JMException | RuntimeException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "The JVM does not answer " + operation, e);
      return Optional.empty();
    }
  }
}
