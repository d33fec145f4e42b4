package io.rmm.exporter.otel;

import static io.rmm.exporter.otel.OtlpFixture.PATIENCE;
import static io.rmm.exporter.otel.OtlpFixture.manager;
import static io.rmm.exporter.otel.OtlpFixture.misuse;
import static io.rmm.exporter.otel.OtlpFixture.telemetry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.rmm.allocator.MemoryManager;
import io.rmm.exporter.CapturedLog;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings of OpenTelemetry make of the telemetry, and that bad ones are told. */
class OtlpSettingsTest {

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
  void anOverrideWinsOverASystemProperty() {
    System.setProperty("otel.metrics.exporter", "an-exporter-of-the-program");
    try (OtlpTelemetry telemetry =
        OtlpTelemetry.create(Map.of(), Map.of("otel.metrics.exporter", "none"))) {
      assertThat(telemetry.endpoint()).isEmpty();
    } finally {
      System.clearProperty("otel.metrics.exporter");
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
}
