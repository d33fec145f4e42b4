/** A runnable job on RMM with all its views attached. */
module io.rmm.demo {
  requires io.rmm.allocator;
  requires io.rmm.jfr;
  requires io.rmm.jmx;
  requires io.rmm.exporter;
  requires io.rmm.analysis;
  requires io.rmm.dashboards;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.netty.handler;
  requires io.netty.codec.redis;
  requires io.opentelemetry.api;
  requires io.opentelemetry.sdk;
  requires io.opentelemetry.sdk.metrics;
  requires io.opentelemetry.sdk.logs;
  requires io.opentelemetry.exporter.otlp;
  requires io.opentelemetry.sdk.autoconfigure;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires static org.jspecify;

// With the first public type (javac refuses to export an empty package):
// exports io.rmm.demo;
}
