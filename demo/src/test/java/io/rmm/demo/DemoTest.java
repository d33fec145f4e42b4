package io.rmm.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The whole job in this JVM. */
class DemoTest {

  private static final String OTLP_ENDPOINT = "otel.exporter.otlp.endpoint";
  private static final Pattern LISTENING = Pattern.compile("on 127\\.0\\.0\\.1:(\\d+);");

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    System.clearProperty(OTLP_ENDPOINT);
    threads.shutdownNow();
  }

  private Path recording() {
    return folder.resolve("demo.jfr");
  }

  private Demo demo(Optional<Duration> duration, int port, boolean quiet) {
    DemoOptions options = new DemoOptions(duration, port, recording(), 42, quiet, 64 << 20);
    return new Demo(options, new PrintWriter(out), false, false);
  }

  private Future<?> start(Demo demo) {
    return threads.submit(
        () -> {
          demo.run();
          return null;
        });
  }

  private void awaitOutput(String pattern) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(out.toString()).containsPattern(pattern));
  }

  @Test
  void thePlantedFaultsAreNamedAndRecorded() throws Exception {
    Demo demo = demo(Optional.empty(), 0, false);
    Future<?> running = start(demo);
    awaitOutput("misuse [1-9].* leaks seen [1-9]");
    demo.stop();
    running.get();

    String text = out.toString();
    assertThat(text)
        .contains("tenant", "0 steady", "1 payloads", "2 bursts", "3 faulty", "ops/s")
        .containsPattern("leak: \\d+ observed blocks?, standing for .*, in budget root/db3")
        .containsPattern("at io\\.rmm\\.demo\\.load\\.PlantedFaults\\.leakOneBlock\\(.*:\\d+\\)")
        .containsPattern("double free: \\d+ times? in budget root/db3")
        .containsPattern("at io\\.rmm\\.demo\\.load\\.PlantedFaults\\.freeTwice\\(.*:\\d+\\)")
        .contains("Recording: " + recording())
        .doesNotContain("\u001b");
    List<RecordedEvent> events = RecordingFile.readAllEvents(recording());
    assertThat(events)
        .extracting(event -> event.getEventType().getName())
        .contains(
            "rmm.ManagerStatistics",
            "rmm.BudgetStatistics",
            "rmm.AllocationSample",
            "rmm.Misuse",
            "rmm.LeakSuspect",
            "jdk.CPULoad");
    assertOnlyPlantedLeaks(events);
  }

  /** What is live at the end are blocks that were lost on purpose, and no others. */
  private static void assertOnlyPlantedLeaks(List<RecordedEvent> events) {
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().equals("rmm.LeakSuspect"))
        .isNotEmpty()
        .allSatisfy(
            event ->
                assertThat(event.getString("allocationSite"))
                    .startsWith("io.rmm.demo.load.PlantedFaults.leakOneBlock"));
  }

  @Test
  void aQuietDemoServesItsUserAndLeavesNoBlock() throws Exception {
    Demo demo = demo(Optional.empty(), 0, true);
    Future<?> running = start(demo);
    awaitOutput(LISTENING.pattern());
    Matcher listening = LISTENING.matcher(out.toString());
    assertThat(listening.find()).isTrue();
    try (Jedis jedis = new Jedis("127.0.0.1", Integer.parseInt(listening.group(1)))) {
      jedis.set("k", "v");
      assertThat(jedis.get("k")).isEqualTo("v");
    }
    assertThat(
            ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("io.rmm:type=MemoryManager,manager=demo"), null))
        .hasSize(1);
    demo.stop();
    running.get();
    assertThat(out.toString())
        .contains("No misuse and no leak was found.")
        .doesNotContain("are live", "Telemetry");
  }

  @Test
  void endsWhenItsTimeIsOver() throws Exception {
    demo(Optional.of(Duration.ofMillis(10)), 0, true).run();
    assertThat(recording()).isNotEmptyFile();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskCostsTheRecordingAndNotWhatWasFound() throws Exception {
    // A disk that is always full stands where the recording is written first.
    Path partial = folder.resolve("demo.jfr.part");
    Files.createSymbolicLink(partial, Path.of("/dev/full"));
    Demo demo = demo(Optional.empty(), 0, false);
    Future<?> running = start(demo);
    awaitOutput("misuse [1-9]");
    demo.stop();
    assertThatThrownBy(running::get)
        .cause()
        .isInstanceOf(DemoException.class)
        .hasMessage(
            "cannot write the recording %s: No space left on device;"
                + " choose another file with --record",
            recording());
    assertThat(out.toString())
        .contains("Faults found:")
        .containsPattern("double free: \\d+ times? in budget root/db3")
        .doesNotContain("Recording: ");
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aTakenPortIsSaidAndLeavesNothing() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> demo(Optional.empty(), taken.getLocalPort(), true).run())
          .isInstanceOf(DemoException.class)
          .hasMessageMatching(
              "cannot listen on port \\d+ of 127\\.0\\.0\\.1: Address already in use;"
                  + " choose another with --port, or 0 for any free one");
    }
    assertThat(out.toString()).isEmpty();
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void anEndpointThatNobodyListensAtIsSaidAndLeavesNothing() throws Exception {
    try (ServerSocket receiver = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      System.setProperty(OTLP_ENDPOINT, "http://127.0.0.1:" + receiver.getLocalPort());
    }
    assertThatThrownBy(() -> demo(Optional.empty(), 0, true).run())
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("cannot be reached: Connection refused");
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void anEndpointThatDiesCostsTelemetryAndNotTheCache() throws Exception {
    ServerSocket receiver = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    System.setProperty(OTLP_ENDPOINT, "http://127.0.0.1:" + receiver.getLocalPort());
    System.setProperty("otel.metric.export.interval", "200");
    try {
      Demo demo = demo(Optional.empty(), 0, false);
      Future<?> running = start(demo);
      awaitOutput(LISTENING.pattern());
      receiver.close();
      awaitOutput("OTLP endpoint .* does not take ");
      awaitOutput("misuse [1-9]");
      demo.stop();
      running.get();
      assertThat(out.toString())
          .contains("double free")
          .containsPattern(
              "Telemetry was lost: the OTLP endpoint did not take [1-9]\\d* exports?,"
                  + " and with them at least \\d+ events?\\.")
          .contains("Recording: ");
    } finally {
      System.clearProperty("otel.metric.export.interval");
    }
  }
}
