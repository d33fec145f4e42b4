package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemoryManager;
import io.rmm.cli.programs.MemoryProgram;
import io.rmm.jfr.JfrView;
import io.rmm.jmx.JmxView;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another JVM, for commands to be used on; it runs {@link MemoryProgram}. Gone when closed. */
final class TargetJvm implements AutoCloseable {

  private final Process process;

  private TargetJvm(Process process) throws IOException {
    this.process = process;
    try {
      assertThat(process.inputReader().readLine()).isEqualTo(MemoryProgram.READY);
    } catch (IOException | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Starts one with so many budgets beside those that it has anyhow. */
  static TargetJvm start(int budgets, String... options) throws IOException {
    return start(List.of(), budgets, List.of(options), JmxView.class, JfrView.class);
  }

  /** Starts one that knows nothing of the views. */
  static TargetJvm startWithoutViews() throws IOException {
    return start(List.of(), 0, List.of());
  }

  /** Starts one by another program, to which the command line is added. */
  static TargetJvm startBy(String... launcher) throws IOException {
    return start(List.of(launcher), 0, List.of(), JmxView.class);
  }

  private static TargetJvm start(
      List<String> launcher, int budgets, List<String> options, Class<?>... views)
      throws IOException {
    List<String> line = new ArrayList<>(launcher);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.addAll(options);
    line.addAll(
        List.of(
            "-cp",
            Stream.concat(Stream.of(MemoryManager.class, MemoryProgram.class), Stream.of(views))
                .map(TargetJvm::location)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator))));
    line.addAll(List.of(MemoryProgram.class.getName(), Integer.toString(budgets)));
    return new TargetJvm(
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  String pid() {
    return Long.toString(process.pid());
  }

  /** Sends a signal, for example {@code STOP}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, pid()).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
