package io.rmm.agent.programs;

import io.rmm.agent.AgentJvm;
import io.rmm.program.LeakBeside;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How a program's JVM is started, beside what the program itself needs.
 *
 * @param options of the JVM
 * @param leaks the kinds of memory that are to leak beside it, joined by commas; empty for none
 */
record Launch(List<String> options, String leaks) {

  /** As it is. */
  static Launch plain() {
    return new Launch(List.of(), "");
  }

  /** With the agent, which has its usual settings. */
  static Launch withAgent() {
    return withAgent("");
  }

  /** With the agent, and options of its own. */
  static Launch withAgent(String agentOptions) {
    return plain().and(AgentJvm.withAgent(agentOptions));
  }

  /** With more options. */
  Launch and(String... more) {
    return new Launch(Stream.concat(options.stream(), Arrays.stream(more)).toList(), leaks);
  }

  /** With memory that leaks. */
  Launch leaking(String kinds) {
    return new Launch(options, kinds);
  }

  /**
   * Starts a program.
   *
   * @param program the name of its folder
   * @param environment variables that it reads
   * @param own what its JVM needs
   * @param main its class
   */
  ProgramJvm start(
      String program,
      Map<String, String> environment,
      List<String> own,
      String main,
      String... arguments)
      throws IOException, InterruptedException {
    String classPath = Fetched.jars(program) + "/*:" + classes(program);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(own);
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:-CreateCoredumpOnCrash",
            "--enable-native-access=ALL-UNNAMED", // as the libraries ask for
            "-cp"));
    if (leaks.isEmpty()) {
      command.addAll(List.of(classPath, main));
    } else {
      command.addAll(
          List.of(classPath + ":" + ownClasses(), LeakBeside.class.getName(), leaks, main));
    }
    command.addAll(List.of(arguments));
    Path folder = Files.createDirectories(Fetched.DIRECTORY.resolve(program).resolve("run"));
    Path output = Files.createTempFile(folder, "output-", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return new ProgramJvm(builder.start(), output);
  }

  /** Returns where classes are that are compiled for a program which is published as a library. */
  static Path classes(String program) {
    return Fetched.DIRECTORY.resolve(program).resolve("classes");
  }

  /** Where the leaks are, which must not be among the program's jars. */
  static Path ownClasses() {
    try {
      return Path.of(LeakBeside.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
