package io.rmm.dashboards;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Finds the real programs that tests tagged {@code backend} run against. */
final class BackendProgram {

  private static final Path SCRIPT = ProjectFiles.ROOT.resolve("build-support/debian-program");
  private static final Path FOLDER = ProjectFiles.MODULE.resolve("target/programs");
  private static final int NOT_AVAILABLE = 75;

  private BackendProgram() {}

  /**
   * Returns the path of {@code program}, or skips the test, and says why, if it is not to be had.
   */
  static String find(String program) throws IOException, InterruptedException {
    Command script =
        Command.run(ProjectFiles.MODULE, List.of(SCRIPT.toString(), FOLDER.toString(), program));
    String output = script.output().strip();
    if (script.exitCode() == NOT_AVAILABLE) {
      System.err.println("SKIPPED, NOT TESTED: " + output);
      Assumptions.abort(output);
    }
    if (script.exitCode() != 0) {
      throw new IllegalStateException(SCRIPT + " failed: " + output);
    }
    return output;
  }
}
