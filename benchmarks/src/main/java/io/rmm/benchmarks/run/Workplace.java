package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.ProcessMemory;
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
   * What every child JVM is started with, whichever peer it opens. The reasons are those of {@link
   * io.rmm.benchmarks.jmh.PeerBenchmark}.
   */
  static final List<String> OPTIONS =
      List.of(
          "-Xms640m",
          "-Xmx640m",
          "-XX:+AlwaysPreTouch",
          "-XX:MaxDirectMemorySize=4g",
          "-D" + ProcessMemory.HEAP_PROPERTY + "=640",
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
