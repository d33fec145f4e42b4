package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.program.LoaderProgram;
import io.rmm.program.MemoryProgram;
import io.rmm.program.TelemetryProgram;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the agent counts, in OpenTelemetry and Micrometer. */
class TelemetryTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String KIND = "root/arena.shared";
  private static final String SCRAPED =
      "rmm_memory_used_bytes{rmm_budget_name=\"" + KIND + "\",rmm_manager_name=\"jvm\"} ";

  /** Where the program's own classes are, without any library. */
  private static final String CLASSES =
      Path.of(MemoryProgram.class.getProtectionDomain().getCodeSource().getLocation().getPath())
          .toString();

  @TempDir private Path directory;

  /** Starts a program with the agent, or has it come later. */
  private AgentJvm start(boolean late, String options, String... more) throws Exception {
    List<String> ofJvm = new ArrayList<>(List.of("-Dotel.metric.export.interval=200"));
    ofJvm.addAll(List.of(more));
    if (late) {
      AgentJvm jvm = AgentJvm.start(TelemetryProgram.class, ofJvm.toArray(new String[0]));
      assertThat(jvm.ask("threads")).contains("main");
      jvm.attach(options);
      return jvm;
    }
    ofJvm.add(AgentJvm.withAgent(options));
    return AgentJvm.start(TelemetryProgram.class, ofJvm.toArray(new String[0]));
  }

  private static void awaitUsed(OtlpReceiver receiver, String service, long bytes) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(receiver.used(service, KIND)).isEqualTo(bytes));
  }

  private static void awaitEvent(OtlpReceiver receiver, String service, String event) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(receiver.events(service)).contains(event));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void metricsAndEventsAreSent(boolean late) throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentJvm jvm =
            start(
                late,
                "limit=50m,otlp=" + receiver.endpoint(),
                "-Dotel.resource.attributes=service.name=orders")) {
      awaitEvent(receiver, "orders", "rmm.manager.started");
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      awaitUsed(receiver, "orders", 3_000_000);
      assertThat(jvm.ask("give first")).isEqualTo("gave");
      awaitUsed(receiver, "orders", 0);

      assertThat(jvm.ask("take unsafe second 1000")).isEqualTo("took");
      assertThat(jvm.ask("giveTwice second")).isEqualTo("gave");
      awaitEvent(receiver, "orders", "rmm.misuse");
      assertThat(jvm.ask("take arena.shared third 60000000")).startsWith("refused: ");
      awaitEvent(receiver, "orders", "rmm.allocation.rejected");
      assertThat(jvm.ask("attribute Exporter Queued")).isEqualTo("0");
    }
  }

  @Test
  void settingsThatAreMeantForTheProgramDoNoHarm() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentJvm _ =
            start(
                false,
                "otlp=env",
                "-Dotel.exporter.otlp.endpoint=" + receiver.endpoint(),
                "-Dotel.metrics.exporter=prometheus",
                "-Dotel.traces.exporter=zipkin",
                "-Dotel.propagators=b3")) {
      awaitEvent(receiver, "io.rmm.program.TelemetryProgram", "rmm.manager.started");
      awaitUsed(receiver, "io.rmm.program.TelemetryProgram", 0);
    }
  }

  @Test
  void anAgentThatIsStoppedSendsItsLastValuesAndIsGone() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentJvm jvm =
            start(
                true,
                "otlp=" + receiver.endpoint() + ",micrometer=true,opentelemetry=true",
                "-Dotel.service.name=orders",
                "-Dotel.metric.export.interval=600000")) {
      assertThat(jvm.ask("micrometer")).isEqualTo("began");
      assertThat(jvm.ask("opentelemetry " + receiver.endpoint())).isEqualTo("began");
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      awaitEvent(receiver, "orders", "rmm.manager.started");
      awaitUsed(receiver, "program", 3_000_000);
      await().atMost(PATIENCE).until(() -> !jvm.ask("scrape " + SCRAPED).isEmpty());
      jvm.attach("stop");

      awaitEvent(receiver, "orders", "rmm.manager.closed");
      assertThat(receiver.used("orders", KIND)).isEqualTo(3_000_000);
      assertThat(receiver.events("program")).contains("rmm.manager.closed");
      assertThat(jvm.ask("scrape rmm_")).isEmpty();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(jvm.ask("threads")).doesNotContain("rmm-", "BatchLogRecordProcessor"));
      for (String part :
          List.of(
              "io.rmm.agent.GuestClassLoader",
              "io.rmm.exporter.otel.OtlpTelemetry",
              "io.rmm.exporter.otel.OpenTelemetryView",
              "io.rmm.exporter.micrometer.RmmMetrics")) {
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(jvm.ask("instances " + part)).isEqualTo("0"));
      }
      jvm.attach("");
      assertThat(jvm.ask("give first")).isEqualTo("gave");
    }
  }

  @Test
  void aProgramThatEndsHasItsLastValuesSent() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentJvm jvm =
            start(
                false,
                "otlp=" + receiver.endpoint(),
                "-Dotel.service.name=orders",
                "-Dotel.metric.export.interval=600000")) {
      awaitEvent(receiver, "orders", "rmm.manager.started");
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      assertThat(jvm.end()).isEmpty();
      assertThat(jvm.exitCode()).isZero();
      assertThat(receiver.used("orders", KIND)).isEqualTo(3_000_000);
      assertThat(receiver.events("orders")).contains("rmm.manager.closed");
    }
  }

  @Test
  void anEndpointThatIsNotThereIsOneLineAndTheProgramsOwnFailuresAreStillTold() throws Exception {
    Path log = directory.resolve("log");
    Path logging = directory.resolve("logging.properties");
    Files.writeString(
        logging,
        """
        handlers=java.util.logging.FileHandler
        java.util.logging.FileHandler.pattern=%s
        java.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter
        java.util.logging.SimpleFormatter.format=%%4$s %%3$s %%5$s%%n
        """
            .formatted(log));
    String nobody = nobody();
    try (AgentJvm jvm =
        start(
            false,
            "otlp=" + nobody,
            "-Dotel.exporter.otlp.timeout=2000",
            "-Djava.util.logging.config.file=" + logging)) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(log).content().contains("OTLP endpoint " + nobody, "does not take"));
      assertThat(log).content().doesNotContain("HttpExporter");
      assertThat(jvm.ask("opentelemetry " + nobody)).isEqualTo("began");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(log).content().contains("HttpExporter"));
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      assertThat(jvm.end()).isEmpty();
      assertThat(Files.readAllLines(log)).filteredOn(line -> line.contains("not take")).hasSize(1);
    }
  }

  /** Returns an address where nobody listens. */
  private static String nobody() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|the option otlp=env needs an address in OTEL_EXPORTER_OTLP_ENDPOINT",
        "protocol=grpc|the agent speaks http/protobuf alone, and OTEL_EXPORTER_OTLP_PROTOCOL is grpc",
        "endpoint=nowhere|OpenTelemetry cannot be set up: OTLP endpoint must be a valid URL: nowhere",
      })
  void whatCannotBeSetUpIsToldInOneLine(String setting, String reason) throws Exception {
    try (AgentJvm jvm = start(true, "otlp=env", "-Dotel.exporter.otlp." + setting)) {
      assertThat(jvm.line())
          .startsWith("rmm-agent: memory is not shown in OpenTelemetry: " + reason);
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void metricsAreInTheProgramsOwnMicrometer(boolean late) throws Exception {
    try (AgentJvm jvm = start(late, "micrometer=true")) {
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      assertThat(jvm.ask("micrometer")).isEqualTo("began");
      awaitScraped(jvm, "3000000.0");
    }
  }

  private static void awaitScraped(AgentJvm jvm, String bytes) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(jvm.ask("scrape " + SCRAPED)).isEqualTo(SCRAPED + bytes));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void metricsAndEventsAreInTheProgramsOwnOpenTelemetry(boolean late) throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentJvm jvm = start(late, "opentelemetry=true")) {
      assertThat(jvm.ask("opentelemetry " + receiver.endpoint())).isEqualTo("began");
      awaitEvent(receiver, "program", "rmm.manager.started");
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      awaitUsed(receiver, "program", 3_000_000);
    }
  }

  @Test
  void librariesAreFoundInClassLoadersOfTheProgram() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentJvm jvm =
            AgentJvm.start(
                LoaderProgram.class,
                "-Dlibraries=" + System.getProperty("java.class.path"),
                "-cp",
                CLASSES,
                AgentJvm.withAgent("micrometer=true,opentelemetry=true"))) {
      assertThat(jvm.ask("micrometer")).isEqualTo("began");
      assertThat(jvm.ask("opentelemetry " + receiver.endpoint())).isEqualTo("began");
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      awaitScraped(jvm, "3000000.0");
      awaitUsed(receiver, "program", 3_000_000);
    }
  }

  @Test
  void aProgramWithoutTheseLibrariesSeesNothingOfIt() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentJvm jvm =
            AgentJvm.start(
                MemoryProgram.class,
                "-cp",
                CLASSES,
                "-Dotel.service.name=orders",
                "-Dotel.metric.export.interval=200",
                AgentJvm.withAgent(
                    "micrometer=true,opentelemetry=true,otlp=" + receiver.endpoint()))) {
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      awaitUsed(receiver, "orders", 3_000_000);
      assertThat(jvm.end()).isEmpty();
      assertThat(jvm.exitCode()).isZero();
    }
  }
}
