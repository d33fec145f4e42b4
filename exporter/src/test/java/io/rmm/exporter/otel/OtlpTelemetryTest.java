package io.rmm.exporter.otel;

import static io.rmm.exporter.otel.OtlpFixture.PATIENCE;
import static io.rmm.exporter.otel.OtlpFixture.manager;
import static io.rmm.exporter.otel.OtlpFixture.misuse;
import static io.rmm.exporter.otel.OtlpFixture.telemetry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.exporter.MetricNames;
import io.rmm.exporter.ProcessFigures;
import io.rmm.exporter.metrics.MetricPoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What the SDK's real OTLP exporter sends, to a receiver that decodes it. */
class OtlpTelemetryTest {

  @Test
  void metricsArriveWithTheValuesOfTheSnapshot() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        OtlpTelemetry telemetry = telemetry(receiver.endpoint());
        MemoryManager manager = manager(telemetry)) {
      manager.rootBudget().child("tenant", BudgetLimits.hard(4096));
      try (Block block = manager.allocate(1000)) {
        assertThat(block.isAlive()).isTrue();
        Map<MetricPoint, Boolean> expected = new HashMap<>();
        MemorySnapshot snapshot = manager.snapshot();
        MetricPoint.read(snapshot, snapshot.budgets()).forEach(p -> expected.put(p, true));

        var figures = ProcessFigures.here(manager);
        int before = receiver.metrics.size();
        await().atMost(PATIENCE).until(() -> receiver.metrics.size() > before + 1);
        ExportMetricsServiceRequest request = receiver.metrics.getLast();

        assertThat(OtlpReceiver.points(request)).containsAll(expected.keySet());
        assertThat(OtlpReceiver.rmmMetrics(request))
            .extracting(metric -> metric.getName() + "," + metric.getUnit())
            .containsExactlyInAnyOrderElementsOf(
                MetricNames.all().stream()
                    .filter(it -> !it.isMissingFrom(figures))
                    .map(it -> it.name() + "," + it.unit())
                    .toList());
        assertThat(OtlpReceiver.rmmMetrics(request))
            .filteredOn(Metric::hasSum)
            .extracting(metric -> metric.getSum().getAggregationTemporality())
            .containsOnly(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        assertThat(
                OtlpReceiver.attribute(
                    request.getResourceMetrics(0).getResource().getAttributesList(),
                    "service.name"))
            .isEqualTo("rmm-test");
      }
    }
  }

  @Test
  void aMisuseArrivesAsAnEvent() throws Exception {
    Instant before = Instant.now();
    try (OtlpReceiver receiver = new OtlpReceiver();
        OtlpTelemetry telemetry = telemetry(receiver.endpoint());
        MemoryManager manager = manager(telemetry)) {
      misuse(manager);
      await().atMost(PATIENCE).until(() -> !eventsNamed(receiver, "rmm.misuse").isEmpty());

      LogRecord record = eventsNamed(receiver, "rmm.misuse").getFirst();
      assertThat(record.getSeverityNumber()).isEqualTo(SeverityNumber.SEVERITY_NUMBER_ERROR);
      assertThat(record.getSeverityText()).isEmpty();
      assertThat(record.hasBody()).isFalse();
      assertThat(Instant.ofEpochSecond(0, record.getTimeUnixNano()))
          .isBetween(before, Instant.now());
      assertThat(record.getObservedTimeUnixNano()).isGreaterThanOrEqualTo(record.getTimeUnixNano());
      assertThat(OtlpReceiver.attribute(record.getAttributesList(), "rmm.misuse.kind"))
          .isEqualTo("invalid_free");
      assertThat(OtlpReceiver.attribute(record.getAttributesList(), "rmm.misuse.confidence"))
          .isEqualTo("certain");
      assertThat(OtlpReceiver.attribute(record.getAttributesList(), "rmm.safety.mode"))
          .isEqualTo(manager.configuration().get("safetyMode").toLowerCase(Locale.ROOT));
      assertThat(OtlpReceiver.attribute(record.getAttributesList(), "rmm.manager.name"))
          .isEqualTo("orders");
      assertThat(receiver.logs.getFirst().getResourceLogs(0).getScopeLogs(0).getScope().getName())
          .isEqualTo("io.rmm");
    }
  }

  @Test
  void theLastValuesAndEventsGoOutBeforeAShortProgramEnds() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver()) {
      OtlpTelemetry telemetry =
          OtlpTelemetry.create(
              Map.of("otel.exporter.otlp.endpoint", receiver.endpoint())); // 60 s apart
      try (telemetry;
          MemoryManager manager = manager(telemetry)) {
        manager.allocate(100).close();
      }
      assertThat(telemetry.failedExports()).isZero();
      assertThat(receiver.metrics)
          .anySatisfy(
              request ->
                  assertThat(OtlpReceiver.points(request))
                      .contains(new MetricPoint(io.rmm.allocator.signal.Metric.FREES, "", 1)));
      assertThat(receiver.logRecords())
          .extracting(LogRecord::getEventName)
          .containsExactly("rmm.manager.started", "rmm.manager.closed");
    }
  }

  @Test
  void anExportStaysWithinThePromisedSize() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        OtlpTelemetry telemetry = telemetry(receiver.endpoint());
        MemoryManager manager = manager(telemetry)) {
      for (int i = 0; i < 200; i++) {
        manager
            .rootBudget()
            .child("tenant-number-" + i, BudgetLimits.hard((1 << 20) + i))
            .allocate(i * 37L)
            .close();
      }
      int figures = ProcessFigures.here(manager).size();
      int before = receiver.metrics.size();
      await().atMost(PATIENCE).until(() -> receiver.metrics.size() > before + 1);

      assertThat(OtlpReceiver.points(receiver.metrics.getLast())).hasSize(110 - 1 + figures);
      assertThat(receiver.lastEncoding).isEqualTo("gzip");
      assertThat(gzippedBytes(receiver.metrics.getLast())).isLessThanOrEqualTo(2 << 10);
    }
  }

  private static List<LogRecord> eventsNamed(OtlpReceiver receiver, String name) {
    return receiver.logRecords().stream()
        .filter(record -> record.getEventName().equals(name))
        .toList();
  }

  /** Returns what the metrics of RMM alone take; the SDK adds some of its own. */
  private static int gzippedBytes(ExportMetricsServiceRequest request) throws IOException {
    var all = request.getResourceMetrics(0).toBuilder();
    all.clearScopeMetrics();
    request.getResourceMetrics(0).getScopeMetricsList().stream()
        .filter(scope -> scope.getScope().getName().equals("io.rmm"))
        .forEach(all::addScopeMetrics);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      request.toBuilder().clearResourceMetrics().addResourceMetrics(all).build().writeTo(gzip);
    }
    return bytes.size();
  }
}
