package io.rmm.dashboards;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a command printed, on both streams, and how it ended.
 *
 * @param exitCode 0 for success
 */
record Command(int exitCode, String output) {

  private static final long TIMEOUT_MINUTES = 2;

  /**
   * Runs a command to its end.
   *
   * @throws IOException if there is no such program, or it takes over two minutes
   */
  static Command run(Path folder, List<String> words) throws IOException, InterruptedException {
    Path output = Files.createTempFile("command", ".out");
    try {
      Process process =
          new ProcessBuilder(words)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(words + " takes over " + TIMEOUT_MINUTES + " minutes");
      }
      return new Command(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }
}
