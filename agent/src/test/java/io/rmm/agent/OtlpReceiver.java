package io.rmm.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** Takes what is sent by OTLP over HTTP, and decodes it without the SDK. */
final class OtlpReceiver implements AutoCloseable {

  private final List<ExportMetricsServiceRequest> metrics = new CopyOnWriteArrayList<>();
  private final List<ExportLogsServiceRequest> logs = new CopyOnWriteArrayList<>();
  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

  OtlpReceiver() throws IOException {
    server.createContext(
        "/v1/metrics",
        exchange -> metrics.add(ExportMetricsServiceRequest.parseFrom(take(exchange))));
    server.createContext(
        "/v1/logs", exchange -> logs.add(ExportLogsServiceRequest.parseFrom(take(exchange))));
    server.start();
  }

  private static byte[] take(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream body = exchange.getRequestBody()) {
      boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      byte[] bytes = gzip ? new GZIPInputStream(body).readAllBytes() : body.readAllBytes();
      exchange.sendResponseHeaders(200, -1);
      return bytes;
    }
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Returns how many exports of metrics came from {@code service}. */
  long exports(String service) {
    return metrics.stream()
        .flatMap(request -> request.getResourceMetricsList().stream())
        .filter(part -> service(part.getResource()).equals(service))
        .count();
  }

  /**
   * Returns the bytes that {@code service} has told last for {@code budget} of the agent's source;
   * -1 if none.
   */
  long used(String service, String budget) {
    return metrics.stream()
        .flatMap(request -> request.getResourceMetricsList().stream())
        .filter(part -> service(part.getResource()).equals(service))
        .flatMap(part -> part.getScopeMetricsList().stream())
        .filter(scope -> scope.getScope().getName().equals("io.rmm"))
        .flatMap(scope -> scope.getMetricsList().stream())
        .filter(metric -> metric.getName().equals("rmm.memory.used"))
        .map(Metric::getSum)
        .flatMap(sum -> sum.getDataPointsList().stream())
        .filter(point -> attribute(point.getAttributesList(), "rmm.manager.name").equals("jvm"))
        .filter(point -> attribute(point.getAttributesList(), "rmm.budget.name").equals(budget))
        .mapToLong(NumberDataPoint::getAsInt)
        .reduce(-1, (_, last) -> last);
  }

  /** Returns the names of the events of {@code service}, in the order of their coming. */
  List<String> events(String service) {
    return logs.stream()
        .flatMap(request -> request.getResourceLogsList().stream())
        .filter(part -> service(part.getResource()).equals(service))
        .flatMap(part -> part.getScopeLogsList().stream())
        .flatMap(scope -> scope.getLogRecordsList().stream())
        .map(LogRecord::getEventName)
        .toList();
  }

  private static String service(Resource resource) {
    return attribute(resource.getAttributesList(), "service.name");
  }

  private static String attribute(List<KeyValue> attributes, String key) {
    return attributes.stream()
        .filter(attribute -> attribute.getKey().equals(key))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
