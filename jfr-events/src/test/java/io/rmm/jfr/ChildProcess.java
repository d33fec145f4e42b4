package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemoryManager;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another process of this JDK, for what a test cannot ask of its own JVM. */
final class ChildProcess {

  /** It lives for a second or two. */
  private static final List<String> SHORT_LIVED =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private ChildProcess() {}

  /** Runs a command of the JDK's {@code bin}, and returns what it printed, errors included. */
  static String run(String command, List<String> arguments) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", command).toString());
    String prefix = command.equals("java") ? "" : "-J";
    SHORT_LIVED.forEach(option -> line.add(prefix + option));
    line.addAll(arguments);
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Runs {@code program} with RMM on the class path. */
  static String javaOnClassPath(Class<?> program, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--enable-native-access=ALL-UNNAMED");
    arguments.addAll(List.of("-cp", path(MemoryManager.class, JfrView.class, program)));
    arguments.add(program.getName());
    return run("java", arguments);
  }

  /** Runs {@code program} with RMM on the module path, and the program itself on the class path. */
  static String javaOnModulePath(Class<?> program, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--enable-native-access=io.rmm.allocator");
    arguments.addAll(List.of("-p", path(MemoryManager.class, JfrView.class)));
    arguments.addAll(List.of("--add-modules", "io.rmm.jfr", "-cp", path(program)));
    arguments.add(program.getName());
    return run("java", arguments);
  }

  /** Returns the path of the archives or folders from which {@code types} were loaded. */
  static String path(Class<?>... types) {
    return Stream.of(types)
        .map(ChildProcess::location)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
