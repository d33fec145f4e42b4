package io.rmm.agent.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What others have published: fetched when it is first needed, and kept for the next time. */
final class Fetched {

  /** Where it is kept, a folder for each program. */
  static final Path DIRECTORY = Path.of("target/programs").toAbsolutePath();

  /** The pages of the repository that say which. */
  static final Path SOURCES = Path.of("src/programs").toAbsolutePath();

  private static final Path PACKAGES = Path.of("../build-support/debian-package").toAbsolutePath();
  private static final int NOT_AVAILABLE = 75;

  private Fetched() {}

  /** Returns the folder with a program and all that it needs, from Maven's central repository. */
  static Path jars(String program) throws IOException, InterruptedException {
    Path jars = DIRECTORY.resolve(program).resolve("lib");
    if (!Files.isDirectory(jars)) {
      Path part = jars.resolveSibling("lib.part");
      List<String> command =
          new ArrayList<>(
              List.of(
                  "mvn",
                  "-B",
                  "-q",
                  "-ntp",
                  "-f",
                  SOURCES.resolve(program).resolve("pom.xml").toString(),
                  "dependency:copy-dependencies",
                  "-DoutputDirectory=" + part));
      String repository = System.getProperty("maven.repo.local");
      if (repository != null) {
        command.add("-Dmaven.repo.local=" + repository);
      }
      run(command);
      Files.move(part, jars); // whole, or not at all
    }
    return jars;
  }

  /**
   * Returns the folder with the files of a Debian package; where it cannot be had, the test is
   * skipped, and says so.
   */
  static Path debianPackage(String name) throws IOException, InterruptedException {
    return Path.of(run(List.of(PACKAGES.toString(), DIRECTORY.toString(), name)));
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = process.inputReader().readAllAsString().strip();
    int code = process.waitFor();
    if (code == NOT_AVAILABLE) {
      System.err.println("SKIPPED, NOT TESTED: " + output);
      Assumptions.abort(output);
    }
    if (code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
    }
    return output;
  }
}
