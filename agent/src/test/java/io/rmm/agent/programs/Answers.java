package io.rmm.agent.programs;

import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What the agent in a program answers, asked by local attach, as {@code rmm} asks it. */
final class Answers implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final List<String> KINDS =
      List.of(
          "direct",
          "arena.confined",
          "arena.shared",
          "arena.auto",
          "arena.global",
          "unsafe",
          "mapped",
          "malloc",
          "mmap");

  private final JMXConnector connector;
  private final MBeanServerConnection server;

  /**
   * A site that holds memory.
   *
   * @param frames innermost first, as {@code class.method(file:line)}
   * @param liveBytes the estimate
   */
  record Holder(List<String> frames, long liveBytes) {

    private static final List<String> OF_JDK = List.of("java.", "jdk.", "sun.", "javax.");

    /** Returns the innermost frame that is not the JDK's; the innermost if there is none. */
    String first() {
      return frames.stream()
          .filter(frame -> OF_JDK.stream().noneMatch(frame::startsWith))
          .findFirst()
          .orElse(frames.getFirst());
    }

    /** Tells whether a frame begins with {@code place}. */
    boolean names(String place) {
      return frames.stream().anyMatch(frame -> frame.startsWith(place));
    }
  }

  /** A line of the ledger, or all of it. */
  record Ledger(long resident, long explained, Map<String, Long> lines, List<String> notes) {

    double share() {
      return (double) explained / resident;
    }
  }

  private Answers(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
  }

  /** Waits until the agent's beans are there. */
  @SuppressWarnings("BanJNDI") // of a program that this has started itself
  static Answers of(ProgramJvm program) throws IOException, AttachNotSupportedException {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(program.pid()));
    String address;
    try {
      // Just after its start, the JDK's management agent fails when it is asked.
      await()
          .atMost(PATIENCE)
          .until(() -> "running".equals(machine.getSystemProperties().getProperty("rmm.agent")));
      address = machine.startLocalManagementAgent();
    } finally {
      machine.detach();
    }
    Answers answers = new Answers(JMXConnectorFactory.connect(new JMXServiceURL(address)));
    await().atMost(PATIENCE).ignoreExceptions().until(() -> answers.used("direct") >= 0);
    return answers;
  }

  /** Returns the live bytes of a kind of memory. */
  long used(String kind) throws IOException, JMException {
    return (long) attribute("io.rmm:type=Budget,manager=jvm,name=root/" + kind, "Used");
  }

  /** Returns the kinds of memory that have been taken so far, and how often. */
  Map<String, Long> taken() throws IOException, JMException {
    Map<String, Long> taken = new LinkedHashMap<>();
    for (String kind : KINDS) {
      long times =
          (long) attribute("io.rmm:type=Budget,manager=jvm,name=root/" + kind, "Allocations");
      if (times > 0) {
        taken.put(kind, times);
      }
    }
    return taken;
  }

  /** Returns the live bytes of each kind that has any. */
  Map<String, Long> used() throws IOException, JMException {
    Map<String, Long> used = new LinkedHashMap<>();
    for (String kind : KINDS) {
      if (used(kind) != 0) {
        used.put(kind, used(kind));
      }
    }
    return used;
  }

  long misuses() throws IOException, JMException {
    return (long) attribute("io.rmm:type=MemoryManager,manager=jvm", "Misuses");
  }

  /** Returns what the JDK counts itself. */
  long bufferPool(String name) throws IOException, JMException {
    return (long) attribute("java.nio:type=BufferPool,name=" + name, "MemoryUsed");
  }

  /** Returns the sites that hold most, the largest first. */
  List<Holder> holders() throws IOException, JMException {
    return Arrays.stream((CompositeData[]) attribute("io.rmm:type=Leaks,manager=jvm", "TopSites"))
        .map(
            row ->
                new Holder(
                    List.of(((String) row.get("site")).split(" < ")), (long) row.get("liveBytes")))
        .toList();
  }

  /** Returns where the resident memory goes. */
  Ledger ledger() throws IOException, JMException {
    String bean = "io.rmm:type=NativeMemoryLedger";
    Map<String, Long> lines = new LinkedHashMap<>();
    for (CompositeData line : (CompositeData[]) attribute(bean, "Lines")) {
      lines.put((String) line.get("name"), (long) line.get("resident"));
    }
    return new Ledger(
        (long) attribute(bean, "ResidentBytes"),
        (long) attribute(bean, "ExplainedBytes"),
        lines,
        List.of((String[]) attribute(bean, "Notes")));
  }

  private Object attribute(String bean, String name) throws IOException, JMException {
    return server.getAttribute(new ObjectName(bean), name);
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      // The program has ended before.
    }
  }
}
