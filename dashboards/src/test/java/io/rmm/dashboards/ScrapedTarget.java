package io.rmm.dashboards;

import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import io.rmm.allocator.signal.Metric.Instrument;
import io.rmm.dashboards.Scrape.Series;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** A {@link JmxTarget} with an agent that Prometheus can scrape, and what a scrape has to give. */
final class ScrapedTarget implements AutoCloseable {

  private final HttpClient client = HttpClient.newHttpClient();
  private final int port;
  private final JmxTarget target;

  private ScrapedTarget(int port, String... options) throws Exception {
    this.port = port;
    this.target = JmxTarget.start(options);
  }

  /** Starts the program with the Prometheus JMX exporter and the shipped rules. */
  static ScrapedTarget withJmxExporter() throws Exception {
    int port = freePort();
    return new ScrapedTarget(
        port,
        "-javaagent:%s=127.0.0.1:%d:%s"
            .formatted(
                ClientJar.JMX_EXPORTER.find(), port, JmxTarget.configuration("jmx-exporter.yaml")));
  }

  /**
   * Starts the program with OpenTelemetry's agent, its Prometheus exporter and the shipped rules.
   */
  static ScrapedTarget withOpenTelemetry() throws Exception {
    int port = freePort();
    return new ScrapedTarget(
        port,
        "-javaagent:" + ClientJar.OPENTELEMETRY.find(),
        "-Dotel.jmx.config=" + JmxTarget.configuration("otel-jmx.yaml"),
        "-Dotel.jmx.discovery.delay=200",
        "-Dotel.instrumentation.common.default-enabled=false",
        "-Dotel.instrumentation.jmx-metrics.enabled=true",
        "-Dotel.traces.exporter=none",
        "-Dotel.logs.exporter=none",
        "-Dotel.metrics.exporter=prometheus",
        "-Dotel.exporter.prometheus.host=127.0.0.1",
        "-Dotel.exporter.prometheus.port=" + port);
  }

  int port() {
    return port;
  }

  JmxTarget target() {
    return target;
  }

  /** Scrapes once; returns the whole answer. */
  String text() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  /** Scrapes once. */
  Scrape scrape() throws IOException, InterruptedException {
    return Scrape.parse(text());
  }

  /**
   * Reads what a scrape should say, from the beans and the registry.
   *
   * @param name how a name is written that stands quoted in the name of a bean
   */
  Scrape expected(Function<String, String> name) throws Exception {
    Map<Series, Double> values = new HashMap<>();
    Map<String, String> types = new HashMap<>();
    Map<String, String> help = new HashMap<>();
    for (BeanReading reading : BeanReading.all(target.beans())) {
      Metric metric = reading.metric();
      String metricName = Vocabulary.prometheusName(metric);
      Map<String, String> labels = new HashMap<>();
      String instance = reading.key("instance");
      labels.put(
          label(Attributes.MANAGER_NAME),
          name.apply(reading.key("manager"))
              + (instance.isEmpty() ? "" : ", instance=" + instance));
      if (!reading.key("name").isEmpty()) {
        labels.put(label(Attributes.BUDGET_NAME), name.apply(reading.key("name")));
      }
      reading.attributes().forEach((attribute, value) -> labels.put(label(attribute), value));
      values.put(new Series(metricName, labels), reading.value());
      types.put(metricName, metric.instrument() == Instrument.COUNTER ? "counter" : "gauge");
      help.put(metricName, metric.description());
    }
    return new Scrape(values, types, help);
  }

  private static String label(String attribute) {
    return Vocabulary.prometheusLabel(attribute);
  }

  /** Neither agent tells which port it has taken, if it is given none. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    target.close();
  }
}
