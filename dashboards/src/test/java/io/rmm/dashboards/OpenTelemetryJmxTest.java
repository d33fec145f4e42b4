package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import io.rmm.dashboards.Scrape.Series;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * OpenTelemetry's agent with the shipped rules for JMX tells what the beans tell; its own
 * Prometheus exporter turns that into the names by which everything here is checked.
 *
 * <p>Not in every build: the agent is 25 MB to fetch, and keeps two processors busy for ten seconds
 * before it looks for beans.
 */
@Tag("backend")
class OpenTelemetryJmxTest {

  /** The agent looks for beans in the background. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A limit that is none, as these rules cannot leave it out. */
  private static final double NO_LIMIT = Long.MAX_VALUE;

  @AutoClose private static ScrapedTarget agent;

  @BeforeAll
  static void start() throws Exception {
    agent = ScrapedTarget.withOpenTelemetry();
  }

  @Test
  void theSeriesAreTheBeansValues() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Map<Series, Double> expected = new HashMap<>(expected().values());
              expected.keySet().removeIf(OpenTelemetryJmxTest::isOfSecondInstance);
              assertThat(limitedValues(agent.scrape())).isNotEmpty().isEqualTo(expected);
            });
  }

  @Test
  void typesAndDescriptionsAreTheRegistrys() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(withoutContainer(agent.scrape().types()))
                  .isEqualTo(withoutContainer(expected().types()));
              assertThat(withoutContainer(agent.scrape().help()))
                  .isEqualTo(withoutContainer(expected().help()));
            });
  }

  /** Prometheus does not see the units as OpenTelemetry has them. */
  @Test
  void instrumentsAndUnitsAreTheRegistrys() {
    Set<Metric> written = new HashSet<>();
    for (Map<String, Object> rule : JmxRules.openTelemetryRules()) {
      for (Object mapped : ((Map<?, ?>) rule.get("mapping")).values()) {
        Map<?, ?> mapping = (Map<?, ?>) mapped;
        Metric metric = Metric.named((String) mapping.get("metric")).orElseThrow();
        assertThat(inherited("unit", mapping, rule)).as(metric.name()).isEqualTo(metric.unit());
        assertThat(mapping.get("desc")).as(metric.name()).isEqualTo(metric.description());
        assertThat(inherited("type", mapping, rule))
            .as(metric.name())
            .isEqualTo(
                switch (metric.instrument()) {
                  case COUNTER -> "counter";
                  case UP_DOWN_COUNTER -> "updowncounter";
                  case GAUGE -> "gauge";
                });
        written.add(metric);
      }
    }
    assertThat(written).isNotEmpty();
  }

  /**
   * The container's limit is not there where there is none, but these rules cannot leave it out.
   */
  private static Map<String, String> withoutContainer(Map<String, String> byMetric) {
    Map<String, String> all = new HashMap<>(byMetric);
    all.remove(Vocabulary.prometheusName(Metric.CONTAINER_LIMIT));
    return all;
  }

  private static Object inherited(String key, Map<?, ?> mapping, Map<?, ?> rule) {
    return mapping.containsKey(key) ? mapping.get(key) : rule.get(key);
  }

  private static Scrape expected() throws Exception {
    return agent.expected(Function.identity());
  }

  private static boolean isOfSecondInstance(Series series) {
    return series
        .labels()
        .get(Vocabulary.prometheusLabel(Attributes.MANAGER_NAME))
        .endsWith(", instance=2");
  }

  /** All values but limits that are none, without the labels that OpenTelemetry adds. */
  private static Map<Series, Double> limitedValues(Scrape scrape) {
    Map<Series, Double> values = new HashMap<>();
    scrape
        .values()
        .forEach(
            (series, value) -> {
              Map<String, String> labels = new HashMap<>(series.labels());
              labels.keySet().removeIf(label -> label.startsWith("otel_scope_"));
              if (value != NO_LIMIT) {
                values.put(new Series(series.metric(), labels), value);
              }
            });
    return values;
  }
}
