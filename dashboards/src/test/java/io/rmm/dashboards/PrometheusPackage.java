package io.rmm.dashboards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds Prometheus's programs: those on the path, or else those of Debian's package {@code
 * prometheus}, unpacked below {@code target} without installing it. Which Debian, and from where,
 * is what the machine's own apt is set up for.
 */
final class PrometheusPackage {

  private static final Path TOOLS = ProjectFiles.MODULE.resolve("target/tools");
  private static final Path LISTS = TOOLS.resolve("apt/lists");
  private static final Path CACHE = TOOLS.resolve("apt/cache");
  private static final Path PROGRAMS = TOOLS.resolve("prometheus/usr/bin");

  private PrometheusPackage() {}

  /** Returns what to call {@code program} by, or nothing where it cannot be had; then says why. */
  static Optional<String> find(String program) throws InterruptedException {
    String unpacked = PROGRAMS.resolve(program).toString();
    for (String candidate : List.of(program, unpacked)) {
      if (runs(candidate)) {
        return Optional.of(candidate);
      }
    }
    try {
      unpackDebianPackage();
      if (runs(unpacked)) {
        return Optional.of(unpacked);
      }
      throw new IOException("Debian's package prometheus has none that runs here");
    } catch (IOException e) {
      System.err.println("SKIPPED, for want of " + program + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private static boolean runs(String program) throws InterruptedException {
    try {
      return Command.run(ProjectFiles.MODULE, List.of(program, "--version")).exitCode() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void unpackDebianPackage() throws IOException, InterruptedException {
    Files.createDirectories(LISTS.resolve("partial"));
    Files.createDirectories(CACHE.resolve("archives/partial"));
    apt("update");
    apt("download", "prometheus");
    try (Stream<Path> files = Files.list(TOOLS)) {
      Path archive =
          files.filter(file -> file.toString().endsWith(".deb")).findFirst().orElseThrow();
      succeed(List.of("dpkg", "-x", archive.toString(), TOOLS.resolve("prometheus").toString()));
    }
  }

  /** Runs apt with the machine's sources, but lists and caches of its own: no root needed. */
  private static void apt(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("apt-get"));
    words.addAll(List.of("-o", "Dir::State::lists=" + LISTS, "-o", "Dir::Cache=" + CACHE));
    words.addAll(List.of("-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"));
    words.addAll(List.of(arguments));
    succeed(words);
  }

  private static void succeed(List<String> words) throws IOException, InterruptedException {
    Command command = Command.run(TOOLS, words);
    if (command.exitCode() != 0) {
      throw new IOException(String.join(" ", words) + " failed: " + command.output().strip());
    }
  }
}
