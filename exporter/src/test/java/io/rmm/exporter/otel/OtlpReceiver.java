package io.rmm.exporter.otel;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.rmm.exporter.metrics.MetricPoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/** An OTLP/HTTP receiver, independent of the SDK, that can also behave badly. */
final class OtlpReceiver implements AutoCloseable {

  /** What the receiver does with a request. */
  enum Mood {
    /** Takes it. */
    WELL,
    /** Answers 503, which asks the exporter to try again. */
    OVERLOADED,
    /** Never answers. */
    BLACK_HOLE
  }

  final List<ExportMetricsServiceRequest> metrics = new CopyOnWriteArrayList<>();
  final List<ExportLogsServiceRequest> logs = new CopyOnWriteArrayList<>();
  final AtomicInteger refused = new AtomicInteger();
  volatile Mood mood = Mood.WELL;
  volatile String lastEncoding = "";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);

  OtlpReceiver() throws IOException {
    this(0);
  }

  OtlpReceiver(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext(
        "/v1/metrics",
        exchange ->
            take(
                exchange,
                body -> {
                  metrics.add(ExportMetricsServiceRequest.parseFrom(body));
                  return ExportMetricsServiceResponse.getDefaultInstance().toByteArray();
                }));
    server.createContext(
        "/v1/logs",
        exchange ->
            take(
                exchange,
                body -> {
                  logs.add(ExportLogsServiceRequest.parseFrom(body));
                  return ExportLogsServiceResponse.getDefaultInstance().toByteArray();
                }));
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String endpoint() {
    return "http://127.0.0.1:" + port();
  }

  List<LogRecord> logRecords() {
    return logs.stream()
        .flatMap(request -> request.getResourceLogsList().stream())
        .flatMap(resource -> resource.getScopeLogsList().stream())
        .flatMap(scope -> scope.getLogRecordsList().stream())
        .toList();
  }

  /** Returns the sum of the counts of all events received. */
  long events() {
    return logRecords().stream()
        .flatMap(record -> record.getAttributesList().stream())
        .filter(attribute -> attribute.getKey().equals("rmm.event.count"))
        .mapToLong(attribute -> attribute.getValue().getIntValue())
        .sum();
  }

  /** Returns the metrics of RMM in {@code request}. */
  static List<Metric> rmmMetrics(ExportMetricsServiceRequest request) {
    return request.getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .filter(scope -> scope.getScope().getName().equals("io.rmm"))
        .flatMap(scope -> scope.getMetricsList().stream())
        .toList();
  }

  /** Returns the values of the metrics of RMM in {@code request}. */
  static List<MetricPoint> points(ExportMetricsServiceRequest request) {
    return rmmMetrics(request).stream()
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
                              attribute(
                                  point.getAttributesList(), MetricPoint.attributeKey(metric)),
                              point.getAsInt()));
            })
        .toList();
  }

  /** Returns the events that were dropped until {@code request} was made, as it says itself. */
  static long dropped(ExportMetricsServiceRequest request) {
    return points(request).stream()
        .filter(point -> point.metric() == io.rmm.allocator.signal.Metric.TELEMETRY_DROPPED)
        .mapToLong(MetricPoint::value)
        .sum();
  }

  /** Returns the value of one attribute, or an empty string. */
  static String attribute(List<KeyValue> attributes, String key) {
    return attributes.stream()
        .filter(attribute -> attribute.getKey().equals(key))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  private interface Taker {
    byte[] take(InputStream body) throws IOException;
  }

  private void take(HttpExchange exchange, Taker taker) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      switch (mood) {
        case WELL -> {
          lastEncoding = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Encoding"));
          InputStream bytes = new ByteArrayInputStream(body);
          byte[] answer =
              taker.take(lastEncoding.equals("gzip") ? new GZIPInputStream(bytes) : bytes);
          exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
          exchange.getResponseBody().write(answer);
        }
        case OVERLOADED -> {
          refused.incrementAndGet();
          exchange.sendResponseHeaders(503, -1);
        }
        case BLACK_HOLE -> {
          refused.incrementAndGet();
          closed.await();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Dies at once, as a killed backend does. */
  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
