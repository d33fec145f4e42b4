package io.rmm.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where runs take place.
 *
 * @param logs the folder that takes what child JVMs print
 * @param libraries the folder of native libraries that were fetched
 */
record Workplace(Path logs, Path libraries) {

  /**
   * What every child JVM is started with, whichever peer it opens. The young generation has one
   * size for all, so that resident memory tells what a peer holds, and not how far the collector
   * let the heap grow before it looked at the handles.
   */
  static final List<String> OPTIONS =
      List.of(
          "-Xmn64m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/java.nio=ALL-UNNAMED");

  /** Returns an empty file for what a run prints. */
  Path log(String name) throws WorkFailedException {
    Path log = logs.resolve(name.replaceAll("[^\\w.=,-]+", "_") + ".log");
    try {
      Files.createDirectories(logs);
      Files.deleteIfExists(log);
      return log;
    } catch (IOException e) {
      throw new WorkFailedException("cannot write " + log + ": " + e, e);
    }
  }

  /** The JVM that runs now. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
