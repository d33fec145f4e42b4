package io.rmm.dashboards;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A real Prometheus with the shipped rules and alerts, which scrapes one target once a second. Logs
 * to {@code prometheus.log} in its folder.
 */
final class PrometheusServer implements AutoCloseable {

  private final HttpClient client = HttpClient.newHttpClient();
  private final String address;
  private final Process process;

  /**
   * Starts {@code program} for the target at {@code targetPort}, with its data in {@code folder}.
   */
  PrometheusServer(String program, Path folder, int targetPort) throws IOException {
    Path configuration = folder.resolve("prometheus.yaml");
    Files.writeString(
        configuration,
        """
        global: { scrape_interval: 1s, evaluation_interval: 1s }
        rule_files: [ "%s", "%s" ]
        scrape_configs:
          - job_name: panels
            static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
        """
            .formatted(ProjectFiles.RULES, ProjectFiles.ALERTS, targetPort));
    address = "127.0.0.1:" + freePort();
    process =
        new ProcessBuilder(
                program,
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=" + address)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(() -> !query("vector(1)").isEmpty());
  }

  /** Returns the result of an instant query: an array of series with one value each. */
  JsonNode query(String expression) {
    URI uri =
        URI.create(
            "http://"
                + address
                + "/api/v1/query?query="
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    try {
      String body =
          client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
      JsonNode answer = new ObjectMapper().readTree(body);
      if (!answer.path("status").asText().equals("success")) {
        throw new IllegalStateException(expression + ": " + body);
      }
      return answer.path("data").path("result");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
    client.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
