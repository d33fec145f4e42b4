package io.rmm.dashboards;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

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

  /** Other modules may be built meanwhile, whose files come and go. */
  private static List<Path> list(Path folder, Predicate<String> name) {
    Sources sources = new Sources(name);
    try {
      Files.walkFileTree(folder, sources);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sources.found.stream().sorted().toList();
  }

  /** Finds files by their names, but none that was made from others. */
  private static final class Sources extends SimpleFileVisitor<Path> {

    private final List<Path> found = new ArrayList<>();
    private final Predicate<String> name;

    Sources(Predicate<String> name) {
      this.name = name;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return NOT_SOURCES.contains(folder.getFileName().toString())
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (name.test(file.getFileName().toString())) {
        found.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }
}
