package io.rmm.exporter.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.exporter.CapturedLog;
import io.rmm.exporter.MetricNames;
import io.rmm.exporter.metrics.MetricPoint;
import io.rmm.exporter.otel.OtlpReceiver.Mood;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the SDK's real OTLP exporter sends, to a receiver that decodes it. */
class OtlpTelemetryTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // ---- what arrives ----

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

        int before = receiver.metrics.size();
        await().atMost(PATIENCE).until(() -> receiver.metrics.size() > before + 1);
        ExportMetricsServiceRequest request = receiver.metrics.getLast();

        assertThat(points(request)).containsAll(expected.keySet());
        assertThat(OtlpReceiver.rmmMetrics(request))
            .extracting(metric -> metric.getName() + "," + metric.getUnit())
            .containsExactlyInAnyOrderElementsOf(
                MetricNames.all().stream().map(it -> it.name() + "," + it.unit()).toList());
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
                  assertThat(points(request))
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
      int before = receiver.metrics.size();
      await().atMost(PATIENCE).until(() -> receiver.metrics.size() > before + 1);

      assertThat(points(receiver.metrics.getLast())).hasSize(149 - 1);
      assertThat(receiver.lastEncoding).isEqualTo("gzip");
      assertThat(gzippedBytes(receiver.metrics.getLast())).isLessThanOrEqualTo(2 << 10);
    }
  }

  // ---- what does not ----

  @Test
  void anEndpointThatCannotBeReachedGivesOneLineAndNoStackTrace() throws Exception {
    try (CapturedLog log = new CapturedLog()) {
      String address = "127.0.0.1:" + freePort();
      try (OtlpTelemetry telemetry = telemetry("http://user:secret@" + address);
          MemoryManager manager = manager(telemetry)) {
        long calls = 0;
        while (log.linesAbout(address).isEmpty()) {
          misuse(manager);
          calls++;
        }
        assertThat(calls).isPositive();
        // More failures of both signals follow, and are not told.
        awaitLost(telemetry, 2);
      }
      assertThat(log.linesAbout(address))
          .singleElement()
          .asString()
          .startsWith("OTLP endpoint http://" + address)
          .contains("Connection refused", "Check OTEL_EXPORTER_OTLP_ENDPOINT")
          .doesNotContain("secret");
      assertThat(log.records(Level.INFO)).allMatch(record -> record.getThrown() == null);
    }
  }

  @Test
  void anEndpointThatIsTheWrongOneIsToldWithItsAnswer() throws Exception {
    try (CapturedLog log = new CapturedLog();
        OtlpReceiver receiver = new OtlpReceiver()) {
      try (OtlpTelemetry telemetry = telemetry(receiver.endpoint() + "/no/such");
          MemoryManager manager = manager(telemetry)) {
        awaitLost(telemetry, 1);
        assertThat(manager.snapshot().misuses()).isZero();
      }
      assertThat(log.linesAbout(receiver.endpoint()))
          .singleElement()
          .asString()
          .contains("does not take", "HTTP status code 404");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERLOADED", "BLACK_HOLE"})
  void anEndpointThatGoesBadMidRunCostsTelemetryWhichIsCounted(Mood mood) throws Exception {
    try (CapturedLog log = new CapturedLog();
        OtlpReceiver receiver = new OtlpReceiver()) {
      OtlpTelemetry telemetry = telemetry(receiver.endpoint());
      try (telemetry;
          MemoryManager manager = manager(telemetry)) {
        misuse(manager);
        await().atMost(PATIENCE).until(() -> receiver.events() == 2); // started, and that one

        receiver.mood = mood;
        misuse(manager);
        misuse(manager);
        awaitLost(telemetry, 2);

        receiver.mood = Mood.WELL;
        await().atMost(PATIENCE).until(() -> log.linesAbout(receiver.endpoint()).size() == 2);
        for (int i = 0; i < 100; i++) {
          misuse(manager);
        }
      }
      // Every event has arrived or is counted as lost: with those of the manager's start and end.
      assertThat(receiver.events() + telemetry.lostEvents("orders")).isEqualTo(103 + 2);
      assertThat(telemetry.lostEvents()).isEqualTo(telemetry.lostEvents("orders"));
      assertThat(telemetry.failedExports()).isPositive();
      assertThat(receiver.metrics.stream().mapToLong(OtlpTelemetryTest::dropped).max())
          .hasValue(telemetry.lostEvents("orders"));
      assertThat(log.linesAbout(receiver.endpoint())).hasSize(2);
      assertThat(log.linesAbout(receiver.endpoint()).getFirst())
          .contains("does not take", receiver.endpoint());
      assertThat(log.linesAbout(receiver.endpoint()).getLast())
          .contains("again; events lost so far: 2");
    }
  }

  @Test
  void aBackendThatIsKilledAndComesBackIsServedAgain() throws Exception {
    OtlpReceiver first = new OtlpReceiver();
    int port = first.port();
    try (OtlpTelemetry telemetry = telemetry(first.endpoint());
        MemoryManager manager = manager(telemetry)) {
      await().atMost(PATIENCE).until(() -> !first.metrics.isEmpty() && first.events() == 1);
      first.close();

      misuse(manager);
      awaitLost(telemetry, 1);
      try (Block block = manager.allocate(100)) {
        assertThat(block.isAlive()).isTrue();
        try (OtlpReceiver second = new OtlpReceiver(port)) {
          // What arrives first may have been read before the block was allocated, and sent again.
          await()
              .atMost(PATIENCE)
              .untilAsserted(
                  () ->
                      assertThat(second.metrics)
                          .last()
                          .extracting(OtlpTelemetryTest::points, LIST)
                          .as("sums are cumulative: nothing is missing")
                          .contains(
                              new MetricPoint(io.rmm.allocator.signal.Metric.ALLOCATIONS, "", 1),
                              new MetricPoint(
                                  io.rmm.allocator.signal.Metric.MISUSE, "invalid_free", 1)));
          assertThat(dropped(second.metrics.getLast())).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void aBlackHoleDoesNotHoldUpTheEndOfTheProgram() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver()) {
      receiver.mood = Mood.BLACK_HOLE;
      Map<String, String> patient = Map.of("otel.exporter.otlp.timeout", "600000");
      Instant start = Instant.now();
      OtlpTelemetry telemetry = telemetry(receiver.endpoint(), patient);
      try (telemetry;
          MemoryManager manager = manager(telemetry)) {
        misuse(manager);
        await().atMost(PATIENCE).until(() -> receiver.refused.get() > 0);
        assertThat(telemetry.failedExports()).isZero();
      }
      assertThat(telemetry.failedExports()).isPositive();
      assertThat(Duration.between(start, Instant.now())).isLessThan(PATIENCE);
    }
  }

  // ---- settings ----

  @Test
  void withoutAnEndpointMetricsAndEventsAreKeptInTheProcess() {
    try (OtlpTelemetry telemetry = OtlpTelemetry.create(Map.of());
        MemoryManager manager = manager(telemetry)) {
      misuse(manager);
      InProcessTelemetry inProcess = telemetry.inProcess();

      assertThat(telemetry.endpoint()).isEmpty();
      assertThat(inProcess.metrics())
          .extracting(MetricData::getName)
          .contains("rmm.memory.used", "rmm.misuse");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(inProcess.events())
                      .extracting(LogRecordData::getEventName)
                      .containsExactly("rmm.manager.started", "rmm.misuse"));
    }
  }

  @Test
  void whatIsKeptInTheProcessIsBounded() {
    try (OtlpTelemetry telemetry = OtlpTelemetry.create(Map.of())) {
      var logger = telemetry.openTelemetry().getLogsBridge().get("test");
      for (int i = 0; i < InProcessTelemetry.MOST_EVENTS + 10; i++) {
        logger.logRecordBuilder().setEventName("event-" + i).emit();
      }
      assertThat(telemetry.inProcess().events())
          .hasSize(InProcessTelemetry.MOST_EVENTS)
          .first()
          .extracting(LogRecordData::getEventName)
          .isEqualTo("event-10");
    }
  }

  @Test
  void anEndpointForMetricsAloneGetsNoEvents() throws Exception {
    try (CapturedLog log = new CapturedLog();
        OtlpReceiver receiver = new OtlpReceiver()) {
      try (OtlpTelemetry telemetry =
              OtlpTelemetry.create(
                  Map.of(
                      "otel.exporter.otlp.metrics.endpoint",
                      receiver.endpoint() + "/v1/metrics",
                      "otel.metric.export.interval",
                      "100"));
          MemoryManager manager = manager(telemetry)) {
        misuse(manager);
        assertThat(telemetry.endpoint()).contains(receiver.endpoint() + "/v1/metrics");
        await().atMost(PATIENCE).until(() -> !receiver.metrics.isEmpty());
        await().atMost(PATIENCE).until(() -> telemetry.inProcess().events().size() == 2);
        assertThat(telemetry.inProcess().metrics()).isEmpty();
      }
      assertThat(receiver.logs).isEmpty();
      assertThat(log.linesAbout("4318")).as("nothing is sent to where nobody listens").isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "otel.exporter.otlp.endpoint, no address, 'must be a valid URL: no address'",
    "otel.exporter.otlp.protocol, carrier-pigeon, 'carrier-pigeon'",
    "otel.metric.export.interval, soon, 'soon'"
  })
  void aBadSettingIsOneClearError(String setting, String value, String message) {
    try (CapturedLog log = new CapturedLog()) {
      Map<String, String> settings = new HashMap<>();
      settings.put("otel.exporter.otlp.endpoint", "http://127.0.0.1:4318");
      settings.put(setting, value);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> OtlpTelemetry.create(settings))
          .withMessageStartingWith("OpenTelemetry cannot be set up: ")
          .withMessageContaining(message);
      assertThat(log.linesAbout("4318")).isEmpty();
      assertThat(log.linesAbout("onfigur")).isEmpty();
    }
  }

  @Test
  void aDisabledSdkShowsNothingAndFailsNothing() {
    try (OtlpTelemetry telemetry = OtlpTelemetry.create(Map.of("otel.sdk.disabled", "true"));
        MemoryManager manager = manager(telemetry)) {
      misuse(manager);
      assertThat(telemetry.inProcess().metrics()).isEmpty();
    }
  }

  // ---- helpers ----

  private static OtlpTelemetry telemetry(String endpoint) {
    return telemetry(endpoint, Map.of());
  }

  private static OtlpTelemetry telemetry(String endpoint, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("otel.service.name", "rmm-test");
    settings.put("otel.exporter.otlp.endpoint", endpoint);
    settings.put("otel.exporter.otlp.timeout", "2000");
    settings.put("otel.metric.export.interval", "100");
    settings.put("otel.blrp.schedule.delay", "50");
    settings.putAll(more);
    return OtlpTelemetry.create(settings);
  }

  private static MemoryManager manager(OtlpTelemetry telemetry) {
    return MemoryManager.builder()
        .name("orders")
        .discoverViews(false)
        .view(telemetry.view())
        .build();
  }

  private static void misuse(MemoryManager manager) {
    assertThatThrownBy(() -> manager.free(12345)).isInstanceOf(MemoryMisuseException.class);
  }

  private static void awaitLost(OtlpTelemetry telemetry, long events) {
    await().atMost(PATIENCE).until(() -> telemetry.lostEvents("orders") >= events);
  }

  private static List<LogRecord> eventsNamed(OtlpReceiver receiver, String name) {
    return receiver.logRecords().stream()
        .filter(record -> record.getEventName().equals(name))
        .toList();
  }

  private static List<MetricPoint> points(ExportMetricsServiceRequest request) {
    return OtlpReceiver.rmmMetrics(request).stream()
        .flatMap(
            data -> {
              var metric = io.rmm.allocator.signal.Metric.named(data.getName()).orElseThrow();
              List<NumberDataPoint> points =
                  data.hasSum()
                      ? data.getSum().getDataPointsList()
                      : data.getGauge().getDataPointsList();
              return points.stream()
                  .map(
                      point ->
                          new MetricPoint(
                              metric,
                              OtlpReceiver.attribute(
                                  point.getAttributesList(), MetricPoint.attributeKey(metric)),
                              point.getAsInt()));
            })
        .toList();
  }

  private static long dropped(ExportMetricsServiceRequest request) {
    return points(request).stream()
        .filter(point -> point.metric() == io.rmm.allocator.signal.Metric.TELEMETRY_DROPPED)
        .mapToLong(MetricPoint::value)
        .sum();
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

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
