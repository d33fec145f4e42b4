package io.rmm.exporter;

import io.rmm.allocator.signal.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names that users write into queries, as the documentation has them: a table kept by hand, so
 * that a change of the registry, or of a library that changes names, is seen.
 *
 * @param name the name in OpenTelemetry and in Micrometer
 * @param unit the unit in OpenTelemetry
 * @param prometheusName the name in Prometheus
 */
public record MetricNames(String name, String unit, String prometheusName) {

  private static final Path PAGE = Path.of("../docs/telemetry.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `(rmm\\.[a-z_.]+)` \\| `([^`]+)` \\| `(rmm_\\w+)` \\|.*");

  /** Returns the table. */
  public static List<MetricNames> all() {
    try {
      return Files.readAllLines(PAGE).stream()
          .map(ROW::matcher)
          .filter(row -> row.matches())
          .map(row -> new MetricNames(row.group(1), row.group(2), row.group(3)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tells whether it is a value of the process that is not among {@code shown}. */
  public boolean isMissingFrom(Set<Metric> shown) {
    Metric metric = Metric.named(name).orElseThrow();
    return ProcessFigures.ALL.contains(metric) && !shown.contains(metric);
  }

  /** Tells whether Micrometer shows it, too. */
  public boolean isInMicrometer() {
    return !name.startsWith("rmm.telemetry.");
  }
}
