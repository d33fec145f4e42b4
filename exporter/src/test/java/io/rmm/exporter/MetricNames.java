package io.rmm.exporter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The names that users write into queries: a table kept by hand, so that a change of the registry
 * or of a library that changes a name is seen.
 *
 * @param name the name in OpenTelemetry and in Micrometer
 * @param unit the unit in OpenTelemetry
 * @param prometheusName the name in Prometheus
 */
public record MetricNames(String name, String unit, String prometheusName) {

  /** Returns the table. */
  public static List<MetricNames> all() {
    try (InputStream table = MetricNames.class.getResourceAsStream("metric-names.csv")) {
      String text =
          new String(Objects.requireNonNull(table).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(",", -1))
          .map(parts -> new MetricNames(parts[0], parts[1], parts[2]))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tells whether Micrometer shows it, too. */
  public boolean isInMicrometer() {
    return !name.startsWith("rmm.telemetry.");
  }
}
