package io.rmm.dashboards;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A real Prometheus with the shipped rules and alerts, fed by the JMX exporter with the shipped
 * rules: all panels show something, and a misuse raises its alert.
 */
@Tag("backend")
class JmxPanelsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @AutoClose private static ScrapedTarget exporter;
  @AutoClose private static PrometheusServer prometheus;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    String program = BackendProgram.find("prometheus");
    exporter = ScrapedTarget.withJmxExporter();
    prometheus = new PrometheusServer(program, folder, exporter.port());
  }

  static Stream<String> queries() {
    return GrafanaDashboardTest.panels().flatMap(panel -> PanelsTest.queries(panel.getPayload()));
  }

  @ParameterizedTest
  @MethodSource("queries")
  void showSomething(String query) {
    await(query).atMost(PATIENCE).until(() -> !prometheus.query(query).isEmpty());
  }

  @Test
  void aMisuseRaisesItsAlert() {
    MisuseAlert.awaitFiring(prometheus, "orders");
  }
}
