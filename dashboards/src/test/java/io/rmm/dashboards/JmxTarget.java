package io.rmm.dashboards;

import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * The {@link JmxTargetProgram} in a JVM of its own, ready to be looked at, and a plain JMX
 * connection to it, whose numbers are what clients have to show.
 */
final class JmxTarget implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path output;
  private final Process process;
  private final JMXConnector connector;

  @SuppressWarnings("BanJNDI") // the address is of a JVM started here, not from outside
  private JmxTarget(List<String> options) throws Exception {
    output = Files.createTempFile("jmx-target", ".out");
    List<String> line =
        new ArrayList<>(
            List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Drmm.control.enabled=true"));
    line.addAll(options);
    line.addAll(
        List.of("-cp", System.getProperty("java.class.path"), JmxTargetProgram.class.getName()));
    process =
        new ProcessBuilder(line)
            .directory(ProjectFiles.MODULE.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    printed("(?m)^(" + JmxTargetProgram.READY + ")$");
    VirtualMachine machine = VirtualMachine.attach(String.valueOf(process.pid()));
    try {
      connector =
          JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
    } finally {
      machine.detach();
    }
    // The beans of budgets appear up to a second after the budgets.
    ObjectName budgets = new ObjectName("io.rmm:type=Budget,*");
    await()
        .atMost(PATIENCE)
        .until(() -> beans().queryNames(budgets, null).size() == JmxTargetProgram.BUDGETS);
  }

  /** Starts the program with {@code options} for its JVM. */
  static JmxTarget start(String... options) throws Exception {
    return new JmxTarget(List.of(options));
  }

  /** The java that runs this test. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** A configuration that is shipped. */
  static Path configuration(String name) {
    return ProjectFiles.MODULE.resolve("jmx").resolve(name);
  }

  long pid() {
    return process.pid();
  }

  MBeanServerConnection beans() throws IOException {
    return connector.getMBeanServerConnection();
  }

  /** Has the manager {@value JmxTargetProgram#MANAGER} misused once more. */
  void misuse() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Waits until the program or one of its agents has printed {@code pattern}; returns group 1. */
  String printed(String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    return await()
        .atMost(PATIENCE)
        .until(
            () -> {
              String text = text();
              if (!process.isAlive()) {
                throw new IllegalStateException("The program has ended: " + text);
              }
              Matcher matcher = compiled.matcher(text);
              return matcher.find() ? matcher.group(1) : "";
            },
            found -> !found.isEmpty());
  }

  private String text() {
    try {
      return Files.readString(output, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    connector.close();
    // Not by the end of its input: agents may keep it going for a minute with idle threads.
    process.destroy();
    process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    process.getOutputStream().close();
    Files.delete(output);
  }
}
