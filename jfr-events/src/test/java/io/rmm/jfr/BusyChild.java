package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import io.rmm.allocator.MemoryManager;
import io.rmm.jfr.programs.BusyProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Another JVM in which a memory manager is used until this is closed. */
final class BusyChild implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;

  private BusyChild(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts the JVM, and returns when its manager is in use and its views are attached. */
  static BusyChild start(String... options) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-XX:TieredStopAtLevel=1");
    line.addAll(List.of(options));
    line.add("--enable-native-access=ALL-UNNAMED");
    line.addAll(
        List.of("-cp", ChildProcess.path(MemoryManager.class, JfrView.class, BusyProgram.class)));
    line.add(BusyProgram.class.getName());
    BusyChild child = new BusyChild(new ProcessBuilder(line).redirectErrorStream(true).start());
    child.readUpTo("ready");
    return child;
  }

  /** Runs {@code jcmd} on this JVM, and returns what it printed. */
  String jcmd(String... command) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(process.pid()));
    arguments.addAll(List.of(command));
    return ChildProcess.run("jcmd", arguments);
  }

  /** Connects to the MBean server of this JVM, which listens for that from now on. */
  @SuppressWarnings("BanJNDI") // what it reads is written by the test's own child
  JMXConnector connect() throws Exception {
    VirtualMachine attached = VirtualMachine.attach(Long.toString(process.pid()));
    try {
      return JMXConnectorFactory.connect(new JMXServiceURL(attached.startLocalManagementAgent()));
    } finally {
      attached.detach();
    }
  }

  private String readUpTo(String last) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      text.append(line).append('\n');
      if (line.equals(last)) {
        return text.toString();
      }
    }
    throw new AssertionError("the program ended before it said " + last + ":\n" + text);
  }

  /** Ends the program, and returns what it has said since its start. */
  String end() throws Exception {
    process.getOutputStream().write('\n');
    process.getOutputStream().close();
    StringBuilder text = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      text.append(line).append('\n');
    }
    assertThat(process.waitFor()).as(text.toString()).isZero();
    return text.toString();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
