package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs scripts in Node.js, with packages that are fetched first; skips the test where it cannot.
 */
final class NodeProgram {

  private static final Path SCRIPTS = Path.of("../build-support").toAbsolutePath().normalize();
  private static final String FETCHED = Path.of("target/programs").toAbsolutePath().toString();
  private static final int NOT_AVAILABLE = 75;

  /** What 100 MB take by a slow line; the build must not wait for ever. */
  private static final int MINUTES_TO_FETCH = 5;

  /** Many times what any of the scripts needs. */
  private static final int MINUTES_TO_RUN = 2;

  private record Ended(int code, String output) {}

  private NodeProgram() {}

  /** Returns the folder in which {@code packages} are. */
  static Path packages(String... packages) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve("npm-packages").toString()));
    command.add(FETCHED);
    command.addAll(List.of(packages));
    return Path.of(find(command));
  }

  /** Returns the command of a Chromium. */
  static String chromium() throws IOException, InterruptedException {
    return find(List.of(SCRIPTS.resolve("debian-chromium").toString(), FETCHED));
  }

  private static String find(List<String> command) throws IOException, InterruptedException {
    Ended ended = run(command, MINUTES_TO_FETCH);
    if (ended.code == NOT_AVAILABLE) {
      System.err.println("SKIPPED, NOT TESTED: " + ended.output);
      Assumptions.abort(ended.output);
    }
    assertThat(ended.code).as("%s: %s", command, ended.output).isZero();
    return ended.output;
  }

  /** Runs a script from beside this class, and returns what it printed. */
  static String run(Path packages, String script, String... arguments)
      throws IOException, InterruptedException {
    Path file = packages.resolve(script);
    try (var resource = NodeProgram.class.getResourceAsStream(script)) {
      Files.write(file, resource.readAllBytes());
    }
    List<String> command = new ArrayList<>(List.of("node", file.toString()));
    command.addAll(List.of(arguments));
    Ended ended = run(command, MINUTES_TO_RUN);
    assertThat(ended.code).as(ended.output).isZero();
    return ended.output;
  }

  /** Into a file, as a read from a process that hangs would hang, too. */
  private static Ended run(List<String> command, int minutes)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("rmm-program", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(command + " hangs: " + Files.readString(output));
      }
      return new Ended(process.exitValue(), Files.readString(output).strip());
    } finally {
      Files.delete(output);
    }
  }
}
