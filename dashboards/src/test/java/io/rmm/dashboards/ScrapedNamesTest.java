package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.micrometer.RmmMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a scrape really gives has the names and labels by which everything here is checked. */
class ScrapedNamesTest {

  /** A sample takes milliseconds, but on a machine that is busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Pattern SAMPLE = Pattern.compile("(?m)^(rmm_\\w+)\\{(.*)} ");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\"");

  @Test
  void aScrapeHasTheNamesOfTheVocabulary() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (MemoryManager manager =
            MemoryManager.builder()
                .limits(BudgetLimits.hard(1 << 20))
                .discoverViews(false)
                .build();
        RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(registry);

      // The figures of the process come with the first sample of the ledger.
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(labelsBySeries(registry.scrape())).isEqualTo(expected()));
    }
  }

  private static Map<String, Set<String>> labelsBySeries(String scrape) {
    Map<String, Set<String>> series = new HashMap<>();
    for (MatchResult sample : SAMPLE.matcher(scrape).results().toList()) {
      Set<String> labels =
          LABEL
              .matcher(sample.group(2))
              .results()
              .map(label -> label.group(1))
              .collect(Collectors.toSet());
      series.put(sample.group(1), labels);
    }
    series.remove(Vocabulary.prometheusName(Metric.CONTAINER_LIMIT)); // if there is one
    return series;
  }

  /** All metrics, but those that only the OpenTelemetry view has; without Prometheus's labels. */
  private static Map<String, Set<String>> expected() {
    Map<String, Set<String>> series = new HashMap<>(Vocabulary.labelsByMetric());
    series.remove(Vocabulary.prometheusName(Metric.TELEMETRY_SENT));
    series.remove(Vocabulary.prometheusName(Metric.TELEMETRY_DROPPED));
    series.remove(Vocabulary.prometheusName(Metric.CONTAINER_LIMIT));
    series.replaceAll(
        (name, labels) -> {
          Set<String> own = new HashSet<>(labels);
          own.removeAll(Vocabulary.TARGET_LABELS);
          return own;
        });
    return series;
  }
}
