package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import io.rmm.dashboards.Scrape.Series;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Prometheus JMX exporter with the shipped rules tells what the beans tell. */
class JmxExporterTest {

  @AutoClose private static ScrapedTarget exporter;

  @BeforeAll
  static void start() throws Exception {
    exporter = ScrapedTarget.withJmxExporter();
  }

  @Test
  void theSeriesAreTheBeansValues() {
    await()
        .untilAsserted(() -> assertThat(exporter.scrape().values()).isEqualTo(expected().values()));
  }

  /** What the test above compares is not empty, nor the same number everywhere. */
  @Test
  void everyMetricHasAValueThatIsNotZero() throws Exception {
    Set<String> telling =
        exporter.scrape().values().entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .map(entry -> entry.getKey().metric())
            .collect(Collectors.toSet());
    assertThat(telling).isEqualTo(exporter.scrape().types().keySet());
  }

  @Test
  void theSeriesAreThoseOfTheProgram() throws Exception {
    Map<Series, Double> values = exporter.scrape().values();
    for (String manager : List.of("orders", "odd, \\\"quoted\\\" \\*")) {
      assertThat(values)
          .containsKey(series(Metric.BLOCKS_LIVE, manager, Map.of()))
          .containsEntry(limit(manager, "root/tenant 7"), 1048576.0)
          .containsEntry(rejections(manager, "root/tenant 7/cache"), 1.0);
      assertThat(values.keySet().stream().filter(series -> isUsage(series, manager)))
          .hasSize(JmxTargetProgram.ODD_BUDGETS.size() + 3);
    }
    assertThat(values)
        .containsEntry(limit("orders", "root"), (double) (1 << 30))
        .doesNotContainKey(limit("orders", "root/tenant 7/cache"))
        .containsKey(series(Metric.BLOCKS_LIVE, "orders, instance=2", Map.of()));
  }

  @Test
  void namesWithoutBackslashesStandAsTheyAre() throws Exception {
    Set<String> budgets =
        exporter.scrape().values().keySet().stream()
            .filter(series -> isUsage(series, "orders"))
            .map(series -> series.labels().get(label(Attributes.BUDGET_NAME)))
            .collect(Collectors.toSet());

    assertThat(budgets)
        .contains(
            "root",
            "root/tenant 7/cache",
            "root/a,b",
            "root/a=b:c",
            "root/angle <> brackets",
            "root/$1 {braces} and %s",
            "root/, instance=2><>Used: 7",
            "root/" + JmxTargetProgram.LIKE_A_BEAN,
            "root/ spaces around ",
            "root/back\\slash",
            "root/Größe 字 \uD83D\uDE00",
            "root/" + "x".repeat(128));
  }

  @Test
  void aMisuseIsCounted() throws Exception {
    Series doubleFrees =
        series(Metric.MISUSE, "orders", Map.of(label(Attributes.MISUSE_KIND), "double_free"));
    double before = exporter.scrape().values().get(doubleFrees);
    assertThat(before).isPositive();

    exporter.target().misuse();

    await()
        .untilAsserted(
            () -> assertThat(exporter.scrape().values()).containsEntry(doubleFrees, before + 1));
  }

  @Test
  void typesAndDescriptionsAreTheRegistrys() throws Exception {
    Scrape scrape = exporter.scrape();
    assertThat(scrape.types()).isEqualTo(expected().types());
    assertThat(scrape.help()).isEqualTo(expected().help());
  }

  @Test
  void everyKindOfMisuseHasASeries() throws Exception {
    String kind = label(Attributes.MISUSE_KIND);
    assertThat(
            exporter.scrape().values().keySet().stream()
                .filter(series -> series.labels().containsKey(kind))
                .map(series -> series.labels().get(kind))
                .collect(Collectors.toSet()))
        .hasSize(MisuseKind.values().length)
        .isEqualTo(Vocabulary.labelValues().get(kind));
  }

  /**
   * A rule that gives nothing is wrong, and jmx_exporter does not tell; and the dashboard needs all
   * metrics, as the other paths give them.
   */
  @Test
  void theRulesGiveEveryMetric() throws Exception {
    Set<String> written = new HashSet<>();
    for (Map<String, Object> rule : JmxRules.exporterRules()) {
      written.add((String) rule.get("name"));
    }
    assertThat(written).isEqualTo(Vocabulary.labelsByMetric().keySet());
    // Not every machine has a limit for this process.
    written.remove(Vocabulary.prometheusName(Metric.CONTAINER_LIMIT));
    assertThat(exporter.scrape().types().keySet()).containsAll(written);
  }

  @Test
  @Tag("backend")
  void promtoolFindsNoFault(@TempDir Path folder) throws Exception {
    String promtool = BackendProgram.find("promtool");
    Files.writeString(folder.resolve("scrape.txt"), exporter.text());
    Command check =
        Command.run(folder, List.of("sh", "-c", promtool + " check metrics < scrape.txt"));
    assertThat(check.output()).doesNotContain("rmm_");
    assertThat(check.exitCode()).as(check.output()).isZero();
  }

  private static Scrape expected() throws Exception {
    return exporter.expected(JmxExporterTest::unquoted);
  }

  private static String unquoted(String value) {
    return value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
  }

  private static Series series(Metric metric, String manager, Map<String, String> labels) {
    Map<String, String> all = new HashMap<>(labels);
    all.put(label(Attributes.MANAGER_NAME), manager);
    return new Series(Vocabulary.prometheusName(metric), all);
  }

  private static Series limit(String manager, String budget) {
    return series(Metric.MEMORY_LIMIT, manager, Map.of(label(Attributes.BUDGET_NAME), budget));
  }

  private static Series rejections(String manager, String budget) {
    return series(
        Metric.ALLOCATION_REJECTIONS, manager, Map.of(label(Attributes.BUDGET_NAME), budget));
  }

  private static boolean isUsage(Series series, String manager) {
    return series.metric().equals(Vocabulary.prometheusName(Metric.MEMORY_USED))
        && series.labels().get(label(Attributes.MANAGER_NAME)).equals(manager);
  }

  private static String label(String attribute) {
    return Vocabulary.prometheusLabel(attribute);
  }
}
