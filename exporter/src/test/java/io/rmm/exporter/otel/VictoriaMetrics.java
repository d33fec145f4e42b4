package io.rmm.exporter.otel;

import static org.awaitility.Awaitility.await;

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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** A VictoriaMetrics of its own, on the loopback interface. */
final class VictoriaMetrics implements AutoCloseable {

  private static final Path SCRIPT = Path.of("../build-support/debian-program");
  private static final Path DIRECTORY = Path.of("target/programs");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int NOT_AVAILABLE = 75;
  private static final Pattern SAMPLE = Pattern.compile("(\\w+)\\{(.*)} (\\S+) \\d+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  private final HttpClient client = HttpClient.newHttpClient();
  private final String binary;
  private final Path data;
  private final int port;
  private Process process;

  /** One value of one series. */
  record Sample(String name, Map<String, String> labels, double value) {}

  /** Starts the server, or skips the test with a line that says why where it cannot be had. */
  VictoriaMetrics(Path data) throws IOException, InterruptedException {
    this.binary = binary();
    this.data = data;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    }
    this.process = launch();
  }

  private static String binary() throws IOException, InterruptedException {
    Process script =
        new ProcessBuilder(SCRIPT.toString(), DIRECTORY.toString(), "victoria-metrics")
            .redirectErrorStream(true)
            .start();
    String output =
        new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = script.waitFor();
    if (code == NOT_AVAILABLE) {
      System.err.println("SKIPPED, NOT TESTED: " + output);
      Assumptions.abort(output);
    }
    if (code != 0) {
      throw new IllegalStateException(SCRIPT + " failed: " + output);
    }
    return output;
  }

  private Process launch() throws IOException {
    Process started =
        new ProcessBuilder(
                binary,
                "-httpListenAddr=127.0.0.1:" + port,
                "-storageDataPath=" + data,
                "-memory.allowedBytes=64MB",
                "-search.latencyOffset=0s",
                "-opentelemetry.usePrometheusNaming")
            .redirectErrorStream(true)
            .redirectOutput(data.resolveSibling("victoria-metrics.log").toFile())
            .start();
    try {
      await().atMost(PATIENCE).ignoreExceptions().until(() -> get("/health").equals("OK"));
    } catch (RuntimeException e) {
      started.destroyForcibly();
      throw e;
    }
    return started;
  }

  String endpoint() {
    return "http://127.0.0.1:" + port + "/opentelemetry/v1/metrics";
  }

  /** Dies as from an OOM kill: without a word, and with its connections. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Comes back on the same port with the data that it had. */
  void restart() throws IOException {
    process = launch();
  }

  /** Returns the newest value of each series whose name begins with {@code prefix}. */
  List<Sample> newest(String prefix) {
    get("/internal/force_flush");
    String selector = "{__name__=~\"" + prefix + ".*\"}";
    List<Sample> samples = new ArrayList<>();
    get("/federate?match[]=" + URLEncoder.encode(selector, StandardCharsets.UTF_8))
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> samples.add(parse(line)));
    return samples;
  }

  private static Sample parse(String line) {
    Matcher sample = SAMPLE.matcher(line);
    if (!sample.matches()) {
      throw new IllegalStateException("not a sample: " + line);
    }
    Map<String, String> labels = new TreeMap<>();
    Matcher label = LABEL.matcher(sample.group(2));
    while (label.find()) {
      labels.put(label.group(1), label.group(2));
    }
    return new Sample(sample.group(1), labels, Double.parseDouble(sample.group(3)));
  }

  private String get(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + port + path.replace("[]", "%5B%5D")))
              .timeout(Duration.ofSeconds(10))
              .build();
      var response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(path + ": " + response.statusCode() + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
    client.close();
  }
}
