package io.rmm.dashboards;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of this project that name signals or tell people about them. */
final class ProjectFiles {

  /** This module's folder: the one in which Maven runs its tests. */
  static final Path MODULE = Path.of("").toAbsolutePath();

  /** The folder of the whole project. */
  static final Path ROOT = MODULE.resolveSibling("");

  static final Path RULES = MODULE.resolve("prometheus/rules.yaml");
  static final Path ALERTS = MODULE.resolve("prometheus/alerts.yaml");

  private static final Set<String> NOT_SOURCES = Set.of("target", "node_modules", ".git");

  private ProjectFiles() {}

  /** Dashboards, in the order of their names. */
  static List<Path> dashboards() {
    return list(MODULE.resolve("grafana"), name -> name.endsWith(".json"));
  }

  /** Unit tests of the rules. */
  static List<Path> ruleTests() {
    return list(MODULE.resolve("prometheus/tests"), name -> name.endsWith(".yaml"));
  }

  /** Rules and policies for JMX clients. */
  static List<Path> jmxConfigurations() {
    return list(MODULE.resolve("jmx"), name -> name.contains("."));
  }

  static List<Path> runbooks() {
    return list(MODULE.resolve("runbooks"), name -> name.endsWith(".md"));
  }

  /** Every page of documentation in the project, README.md included. */
  static List<Path> pages() {
    return list(ROOT, name -> name.endsWith(".md"));
  }

  /** The Java sources of all modules: in folder {@code main}, or their tests in {@code test}. */
  static List<Path> sources(String folder) {
    return list(ROOT, name -> name.endsWith(".java")).stream()
        .filter(file -> file.toString().contains("/src/" + folder + "/java/"))
        .toList();
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> list(Path folder, Predicate<String> name) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> name.test(file.getFileName().toString()))
          .filter(ProjectFiles::isSource)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSource(Path file) {
    for (Path part : ROOT.relativize(file)) {
      if (NOT_SOURCES.contains(part.toString())) {
        return false;
      }
    }
    return true;
  }
}
