package io.rmm.exporter.otel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Telemetry with settings that bring it soon, a manager under it, and something to tell of. */
final class OtlpFixture {

  static final Duration PATIENCE = Duration.ofSeconds(60);

  private OtlpFixture() {}

  static OtlpTelemetry telemetry(String endpoint) {
    return telemetry(endpoint, Map.of());
  }

  static OtlpTelemetry telemetry(String endpoint, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("otel.service.name", "rmm-test");
    settings.put("otel.exporter.otlp.endpoint", endpoint);
    settings.put("otel.exporter.otlp.timeout", "2000");
    settings.put("otel.metric.export.interval", "100");
    settings.put("otel.blrp.schedule.delay", "50");
    settings.putAll(more);
    return OtlpTelemetry.create(settings);
  }

  static MemoryManager manager(OtlpTelemetry telemetry) {
    return MemoryManager.builder()
        .name("orders")
        .discoverViews(false)
        .view(telemetry.view())
        .build();
  }

  static void misuse(MemoryManager manager) {
    assertThatThrownBy(() -> manager.free(12345)).isInstanceOf(MemoryMisuseException.class);
  }
}
