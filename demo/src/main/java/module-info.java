/** A runnable job on RMM with all its views attached. */
module io.rmm.demo {
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.redis;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.opentelemetry.exporter.otlp;
  requires io.opentelemetry.sdk.autoconfigure;
  requires io.rmm.allocator;
  requires io.rmm.dashboards;
  requires io.rmm.exporter;
  requires io.rmm.jfr;
  requires io.rmm.jmx;
  requires java.logging;
  requires java.management;
  requires jdk.jfr;
  requires jdk.management;
  requires static org.jspecify;

  exports io.rmm.demo;
}
