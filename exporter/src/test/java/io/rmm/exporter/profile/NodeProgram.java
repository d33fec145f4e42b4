package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs scripts in Node.js, with packages that are fetched first; skips the test where it cannot.
 */
final class NodeProgram {

  private static final Path SCRIPTS = Path.of("../build-support").toAbsolutePath().normalize();
  private static final String FETCHED = Path.of("target/programs").toAbsolutePath().toString();
  private static final int NOT_AVAILABLE = 75;

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
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = output(process);
    int code = process.waitFor();
    if (code == NOT_AVAILABLE) {
      System.err.println("SKIPPED, NOT TESTED: " + output);
      Assumptions.abort(output);
    }
    if (code != 0) {
      throw new IllegalStateException(command + " failed: " + output);
    }
    return output;
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
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = output(process);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
