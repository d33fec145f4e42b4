/**
 * Signals of RMM out to OpenTelemetry and Micrometer, and the tuning loop back in. The telemetry
 * libraries are optional: a user brings the one that is used.
 */
module io.rmm.exporter {
  requires transitive io.rmm.allocator;
  requires java.logging;
  requires static io.opentelemetry.api;
  requires static io.opentelemetry.common;
  requires static io.opentelemetry.context;
  requires static io.opentelemetry.sdk;
  requires static io.opentelemetry.sdk.autoconfigure;
  requires static io.opentelemetry.sdk.autoconfigure.spi;
  requires static io.opentelemetry.sdk.common;
  requires static io.opentelemetry.sdk.logs;
  requires static io.opentelemetry.sdk.metrics;
  requires static micrometer.core;
  requires static org.jspecify;

  exports io.rmm.exporter.micrometer;
  exports io.rmm.exporter.otel;
  exports io.rmm.exporter.tuning;
}
