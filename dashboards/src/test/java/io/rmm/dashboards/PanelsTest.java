package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.exporter.micrometer.RmmMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A real memory manager, scraped by a real Prometheus with the shipped rules: every panel shows
 * something, the figures are the manager's, and a misuse raises its alert.
 */
@Tag("backend")
class PanelsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Hard limit of the one budget that holds anything, in bytes. */
  private static final long LIMIT = 1 << 20;

  private static final List<AutoCloseable> RESOURCES = new ArrayList<>();
  private static MemoryManager manager;
  private static PrometheusServer prometheus;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    String program = BackendProgram.find("prometheus");
    manager = resource(MemoryManager.builder().name("panels").discoverViews(false).build());
    misbehave(manager);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    resource(new RmmMetrics(manager)).bindTo(registry);
    prometheus = resource(new PrometheusServer(program, folder, serve(registry)));
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable resource : RESOURCES.reversed()) {
      resource.close();
    }
  }

  /** Holds a block in a nearly full budget, has one refused, and frees one twice. */
  private static void misbehave(MemoryManager manager) {
    Budget budget = manager.rootBudget().child("tenant", BudgetLimits.hard(LIMIT));
    RESOURCES.add(budget.allocate(1_000_000));
    assertThatThrownBy(() -> budget.allocate(1_000_000))
        .isInstanceOf(AllocationRejectedException.class);
    Block block = manager.allocate(100);
    block.close();
    assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
  }

  private static int serve(PrometheusMeterRegistry registry) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          try (exchange) {
            byte[] body = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    RESOURCES.add(() -> server.stop(0));
    return server.getAddress().getPort();
  }

  private static <T extends AutoCloseable> T resource(T resource) {
    RESOURCES.add(resource);
    return resource;
  }

  static List<Named<JsonNode>> panels() {
    return GrafanaDashboardTest.panels()
        // Its metrics are those of the OpenTelemetry view, and this is Micrometer's.
        .filter(panel -> !panel.getName().equals("Telemetry"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("panels")
  void showSomething(JsonNode panel) {
    queries(panel)
        .forEach(
            query -> await(query).atMost(PATIENCE).until(() -> !prometheus.query(query).isEmpty()));
  }

  @Test
  void showTheManagersFigures() {
    List<JsonNode> stats =
        GrafanaDashboardTest.panels()
            .map(Named::getPayload)
            .filter(panel -> panel.path("type").asText().equals("stat"))
            .toList();
    assertThat(stats).isNotEmpty();
    for (JsonNode stat : stats) {
      String query = query(stat.path("targets").get(0));
      await(query)
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(value(prometheus.query(query)))
                      .isEqualTo(figure(stat.path("title").asText(), manager.snapshot())));
    }
  }

  private static double figure(String title, MemorySnapshot snapshot) {
    return switch (title) {
      case "Used" -> snapshot.usedBytes();
      case "Committed" -> snapshot.committedBytes();
      case "Live blocks" -> snapshot.liveBlocks();
      case "Fullest budget" -> (double) snapshot.usedBytes() / LIMIT;
      case "Misuses, last 10 min" -> snapshot.misuses();
      case "Suspected leaks" -> snapshot.leakSuspectBytes();
      default -> throw new AssertionError("a panel without an expectation: " + title);
    };
  }

  @Test
  void aMisuseRaisesItsAlert() {
    MisuseAlert.awaitFiring(prometheus, "panels");
  }

  private static String query(JsonNode target) {
    return target
        .path("expr")
        .asText()
        .replace("$__rate_interval", "4s")
        .replaceAll("\\$(job|instance|manager)", ".+");
  }

  /** Returns the queries of a panel, for all its variables' values. */
  static Stream<String> queries(JsonNode panel) {
    return StreamSupport.stream(panel.path("targets").spliterator(), false).map(PanelsTest::query);
  }

  private static double value(JsonNode result) {
    return result.path(0).path("value").path(1).asDouble();
  }
}
