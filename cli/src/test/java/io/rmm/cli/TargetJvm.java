package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemoryManager;
import io.rmm.cli.programs.ForgedAddressProgram;
import io.rmm.cli.programs.ForgedBeansProgram;
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

  private static final List<Class<?>> VIEWS = List.of(JmxView.class, JfrView.class);

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
    return new TargetJvm(
        builder(List.of(), List.of(options), VIEWS, MemoryProgram.class, budgets).start());
  }

  /** Starts one in a folder. */
  static TargetJvm startIn(Path folder, String... options) throws IOException {
    return new TargetJvm(
        builder(List.of(), List.of(options), VIEWS, MemoryProgram.class, 0)
            .directory(folder.toFile())
            .start());
  }

  /** Starts one that knows nothing of the views. */
  static TargetJvm startWithoutViews() throws IOException {
    return new TargetJvm(builder(List.of(), List.of(), List.of(), MemoryProgram.class, 0).start());
  }

  /** Starts one that runs {@link ForgedBeansProgram} instead. */
  static TargetJvm startWithForgedBeans() throws IOException {
    return new TargetJvm(
        builder(List.of(), List.of(), List.of(), ForgedBeansProgram.class, 0).start());
  }

  /** Starts one that runs {@link ForgedAddressProgram} instead. */
  static TargetJvm startWithForgedAddress(String address) throws IOException {
    List<String> options =
        List.of(
            "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
            "-D" + ForgedAddressProgram.ADDRESS + "=" + address);
    return new TargetJvm(
        builder(List.of(), options, List.of(), ForgedAddressProgram.class, 0).start());
  }

  /** Starts one by another program, to which the command line is added. */
  static TargetJvm startBy(String... launcher) throws IOException {
    return new TargetJvm(
        builder(List.of(launcher), List.of(), VIEWS, MemoryProgram.class, 0).start());
  }

  private static ProcessBuilder builder(
      List<String> launcher,
      List<String> options,
      List<Class<?>> views,
      Class<?> program,
      int budgets) {
    List<String> line = new ArrayList<>(launcher);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.addAll(options);
    line.addAll(
        List.of(
            "-cp",
            Stream.concat(Stream.of(MemoryManager.class, program), views.stream())
                .map(TargetJvm::location)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator))));
    line.addAll(List.of(program.getName(), Integer.toString(budgets)));
    return new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /** Returns where a class is loaded from, for the class path of another JVM. */
  static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the number of the JVM, which may be a child of its launcher. */
  String pid() {
    return Long.toString(process.descendants().findFirst().orElseGet(process::toHandle).pid());
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
