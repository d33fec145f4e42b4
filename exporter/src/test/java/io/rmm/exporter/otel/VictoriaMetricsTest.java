package io.rmm.exporter.otel;

import static io.rmm.exporter.otel.OtlpFixture.PATIENCE;
import static io.rmm.exporter.otel.OtlpFixture.manager;
import static io.rmm.exporter.otel.OtlpFixture.misuse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.CapturedLog;
import io.rmm.exporter.MetricNames;
import io.rmm.exporter.ProcessFigures;
import io.rmm.exporter.metrics.MetricPoint;
import io.rmm.exporter.otel.VictoriaMetrics.Sample;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real exporter, a real backend, and nothing of ours between them. */
@Tag("backend")
class VictoriaMetricsTest {

  @TempDir private Path directory;

  @Test
  void everySeriesHasTheNameOfTheTableAndTheValueOfTheSnapshot() throws Exception {
    try (VictoriaMetrics backend = new VictoriaMetrics(directory.resolve("data"));
        OtlpTelemetry telemetry = telemetry(backend);
        MemoryManager manager = manager(telemetry)) {
      manager.rootBudget().child("tenant", BudgetLimits.hard(1 << 20)).allocate(1000).close();
      misuse(manager);
      var figures = ProcessFigures.here(manager);
      try (Block block = manager.allocate(12_345)) {
        assertThat(block.isAlive()).isTrue();
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  List<Sample> samples = backend.newest("rmm_");
                  MemorySnapshot snapshot = manager.snapshot();
                  for (MetricPoint point : MetricPoint.read(snapshot, snapshot.budgets())) {
                    assertThat(value(samples, point.metric(), point.attribute()))
                        .as(point.toString())
                        .isEqualTo((double) point.value());
                  }
                });
      }
      assertThat(backend.newest("rmm_"))
          .extracting(Sample::name)
          .containsOnlyOnceElementsOf(
              MetricNames.all().stream()
                  .filter(names -> !names.isMissingFrom(figures))
                  .filter(names -> Metric.named(names.name()).orElseThrow().attributes().isEmpty())
                  .map(MetricNames::prometheusName)
                  .toList())
          .containsAll(
              MetricNames.all().stream()
                  .filter(names -> !names.isMissingFrom(figures))
                  .map(MetricNames::prometheusName)
                  .toList());
      assertThat(backend.newest("rmm_"))
          .extracting(Sample::labels)
          .allSatisfy(
              labels ->
                  assertThat(labels)
                      .containsEntry("rmm_manager_name", "orders")
                      .containsEntry("service_name", "rmm-test"));
    }
  }

  @Test
  void aBackendThatIsKilledCostsPointsAndNoValues() throws Exception {
    try (CapturedLog log = new CapturedLog();
        VictoriaMetrics backend = new VictoriaMetrics(directory.resolve("data"));
        OtlpTelemetry telemetry = telemetry(backend);
        MemoryManager manager = manager(telemetry)) {
      manager.allocate(1000).close();
      awaitFrees(backend, 1);

      backend.kill();
      manager.allocate(1000).close();
      await().atMost(PATIENCE).until(() -> log.lines(Level.WARNING).size() == 1);
      manager.allocate(1000).close();
      backend.restart();

      awaitFrees(backend, 3);
      assertThat(log.lines(Level.INFO))
          .satisfiesExactly(
              failure -> assertThat(failure).contains("does not take metrics"),
              recovery -> assertThat(recovery).contains("takes metrics again"));
    }
  }

  private static void awaitFrees(VictoriaMetrics backend, double frees) {
    await()
        .atMost(PATIENCE)
        .until(() -> value(backend.newest("rmm_frees"), Metric.FREES, "") == frees);
  }

  private static double value(List<Sample> samples, Metric metric, String attribute) {
    String name =
        MetricNames.all().stream()
            .filter(names -> names.name().equals(metric.metricName()))
            .findFirst()
            .orElseThrow()
            .prometheusName();
    String label = MetricPoint.attributeKey(metric).replace('.', '_');
    return samples.stream()
        .filter(sample -> sample.name().equals(name))
        .filter(sample -> attribute.isEmpty() || attribute.equals(sample.labels().get(label)))
        .findFirst()
        .map(Sample::value)
        .orElse(Double.NaN);
  }

  private static OtlpTelemetry telemetry(VictoriaMetrics backend) {
    return OtlpTelemetry.create(
        Map.of(
            "otel.service.name", "rmm-test",
            "otel.exporter.otlp.metrics.endpoint", backend.endpoint(),
            "otel.exporter.otlp.timeout", "2000",
            "otel.metric.export.interval", "200"));
  }
}
