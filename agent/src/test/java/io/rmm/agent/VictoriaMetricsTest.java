package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.program.MemoryProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent as it is shipped, and a real backend. */
@Tag("backend")
class VictoriaMetricsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int NOT_AVAILABLE = 75;

  @TempDir private Path directory;

  @Test
  void whatIsHeldIsInTheBackendToTheByte() throws Exception {
    String address = "127.0.0.1:" + freePort();
    Process backend =
        new ProcessBuilder(
                binary(),
                "-httpListenAddr=" + address,
                "-storageDataPath=" + directory.resolve("data"),
                "-memory.allowedBytes=64MB",
                "-search.latencyOffset=0s",
                "-opentelemetry.usePrometheusNaming")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try (HttpClient client = HttpClient.newHttpClient();
        AgentJvm jvm =
            AgentJvm.start(
                MemoryProgram.class,
                "-Dotel.exporter.otlp.metrics.endpoint=http://"
                    + address
                    + "/opentelemetry/v1/metrics",
                "-Dotel.metric.export.interval=200",
                "-Dotel.service.name=orders",
                AgentJvm.withAgent("otlp=env"))) {
      assertThat(jvm.ask("take arena.shared first 3000008")).isEqualTo("took");
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .untilAsserted(
              () ->
                  assertThat(newest(client, address, "rmm_memory_used_bytes"))
                      .containsPattern(
                          "rmm_budget_name=\"root/arena.shared\".*rmm_manager_name=\"jvm\".*"
                              + "service_name=\"orders\".* 3000008 "));
    } finally {
      backend.destroyForcibly().onExit().join();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String newest(HttpClient client, String address, String name) throws Exception {
    get(client, address, "/internal/force_flush");
    return get(
        client,
        address,
        "/federate?match%5B%5D="
            + URLEncoder.encode("{__name__=\"" + name + "\"}", StandardCharsets.UTF_8));
  }

  private static String get(HttpClient client, String address, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path)).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  /** Returns where the server is, or skips the test where it cannot be had. */
  private static String binary() throws Exception {
    Process script =
        new ProcessBuilder("../build-support/debian-program", "target/programs", "victoria-metrics")
            .redirectErrorStream(true)
            .start();
    String output = script.inputReader().readAllAsString().strip();
    int code = script.waitFor();
    if (code == NOT_AVAILABLE) {
      System.err.println("SKIPPED, NOT TESTED: " + output);
      Assumptions.abort(output);
    }
    assertThat(code).as(output).isZero();
    return output;
  }
}
