/**
 * Signals of RMM out to OpenTelemetry and Micrometer, heap profiles, and the tuning loop back in.
 * The libraries are optional: a user brings the one that is used.
 */
module io.rmm.exporter {
  requires transitive io.rmm.allocator;
  requires java.logging;
  requires static com.google.protobuf;
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
  exports io.rmm.exporter.profile;
  exports io.rmm.exporter.tuning;

  provides io.rmm.allocator.MemoryView with
      io.rmm.exporter.profile.ProfileFiles;
}
