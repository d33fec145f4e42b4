package io.rmm.exporter.otel;

import static io.rmm.exporter.otel.OtlpFixture.PATIENCE;
import static io.rmm.exporter.otel.OtlpFixture.manager;
import static io.rmm.exporter.otel.OtlpFixture.misuse;
import static io.rmm.exporter.otel.OtlpFixture.telemetry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.exporter.CapturedLog;
import io.rmm.exporter.metrics.MetricPoint;
import io.rmm.exporter.otel.OtlpReceiver.Mood;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of telemetry where the endpoint is not there, not the right one, or not well. */
class OtlpFailureTest {

  @Test
  void anEndpointThatCannotBeReachedGivesOneLineAndNoStackTrace() throws Exception {
    try (CapturedLog log = new CapturedLog()) {
      String address = "127.0.0.1:" + freePort();
      try (OtlpTelemetry telemetry = telemetry("http://user:secret@" + address);
          MemoryManager manager = manager(telemetry)) {
        long calls = 0;
        while (log.linesAbout(address).isEmpty()) {
          misuse(manager);
          calls++;
        }
        assertThat(calls).isPositive();
        // More failures of both signals follow, and are not told.
        awaitLost(telemetry, 2);
      }
      assertThat(log.linesAbout(address))
          .singleElement()
          .asString()
          .startsWith("OTLP endpoint http://" + address)
          .contains("Connection refused", "Check OTEL_EXPORTER_OTLP_ENDPOINT")
          .doesNotContain("secret");
      assertThat(log.records(Level.INFO)).allMatch(record -> record.getThrown() == null);
    }
  }

  @Test
  void anEndpointThatIsTheWrongOneIsToldWithItsAnswer() throws Exception {
    try (CapturedLog log = new CapturedLog();
        OtlpReceiver receiver = new OtlpReceiver()) {
      try (OtlpTelemetry telemetry = telemetry(receiver.endpoint() + "/no/such");
          MemoryManager manager = manager(telemetry)) {
        awaitLost(telemetry, 1);
        assertThat(manager.snapshot().misuses()).isZero();
      }
      assertThat(log.linesAbout(receiver.endpoint()))
          .singleElement()
          .asString()
          .contains("does not take", "HTTP status code 404");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERLOADED", "BLACK_HOLE"})
  void anEndpointThatGoesBadMidRunCostsTelemetryWhichIsCounted(Mood mood) throws Exception {
    try (CapturedLog log = new CapturedLog();
        OtlpReceiver receiver = new OtlpReceiver()) {
      OtlpTelemetry telemetry = telemetry(receiver.endpoint());
      try (telemetry;
          MemoryManager manager = manager(telemetry)) {
        misuse(manager);
        await().atMost(PATIENCE).until(() -> receiver.events() == 2); // started, and that one

        receiver.mood = mood;
        misuse(manager);
        awaitLost(telemetry, 1);
        assertThat(manager.exporters())
            .singleElement()
            .satisfies(
                exporter -> {
                  assertThat(exporter.sent()).isEqualTo(3); // handed over, whatever came of it
                  assertThat(exporter.dropped()).isEqualTo(1);
                  assertThat(exporter.failed()).isPositive();
                  assertThat(exporter.lastError()).isNotEmpty();
                });

        receiver.mood = Mood.WELL;
        // If it was events whose failure was told, it takes an event to tell that they get through.
        misuse(manager);
        await().atMost(PATIENCE).until(() -> log.linesAbout(receiver.endpoint()).size() == 2);
        for (int i = 0; i < 100; i++) {
          misuse(manager);
        }
      }
      // Every event has arrived or is counted as lost: with those of the manager's start and end.
      assertThat(receiver.events() + telemetry.lostEvents("orders")).isEqualTo(103 + 2);
      assertThat(telemetry.lostEvents()).isEqualTo(telemetry.lostEvents("orders"));
      assertThat(telemetry.failedExports()).isPositive();
      assertThat(receiver.metrics.stream().mapToLong(OtlpReceiver::dropped).max())
          .hasValue(telemetry.lostEvents("orders"));
      assertThat(log.linesAbout(receiver.endpoint())).hasSize(2);
      assertThat(log.linesAbout(receiver.endpoint()).getFirst())
          .contains("does not take", receiver.endpoint());
      assertThat(log.linesAbout(receiver.endpoint()).getLast())
          .contains("again; events lost so far: 1");
    }
  }

  @Test
  void aBackendThatIsKilledAndComesBackIsServedAgain() throws Exception {
    OtlpReceiver first = new OtlpReceiver();
    int port = first.port();
    try (OtlpTelemetry telemetry = telemetry(first.endpoint());
        MemoryManager manager = manager(telemetry)) {
      await().atMost(PATIENCE).until(() -> !first.metrics.isEmpty() && first.events() == 1);
      first.close();

      misuse(manager);
      awaitLost(telemetry, 1);
      try (Block block = manager.allocate(100)) {
        assertThat(block.isAlive()).isTrue();
        try (OtlpReceiver second = new OtlpReceiver(port)) {
          // What arrives first may have been read before the block was allocated, and sent again.
          await()
              .atMost(PATIENCE)
              .untilAsserted(
                  () ->
                      assertThat(second.metrics)
                          .last()
                          .extracting(OtlpReceiver::points, LIST)
                          .as("sums are cumulative: nothing is missing")
                          .contains(
                              new MetricPoint(io.rmm.allocator.signal.Metric.ALLOCATIONS, "", 1),
                              new MetricPoint(
                                  io.rmm.allocator.signal.Metric.MISUSE, "invalid_free", 1)));
          assertThat(OtlpReceiver.dropped(second.metrics.getLast())).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void aBlackHoleDoesNotHoldUpTheEndOfTheProgram() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver()) {
      receiver.mood = Mood.BLACK_HOLE;
      Map<String, String> patient = Map.of("otel.exporter.otlp.timeout", "600000");
      Instant start = Instant.now();
      OtlpTelemetry telemetry = telemetry(receiver.endpoint(), patient);
      try (telemetry;
          MemoryManager manager = manager(telemetry)) {
        misuse(manager);
        await().atMost(PATIENCE).until(() -> receiver.refused.get() > 0);
        assertThat(telemetry.failedExports()).isZero();
      }
      assertThat(telemetry.failedExports()).isPositive();
      assertThat(Duration.between(start, Instant.now())).isLessThan(PATIENCE);
    }
  }

  private static void awaitLost(OtlpTelemetry telemetry, long events) {
    await().atMost(PATIENCE).until(() -> telemetry.lostEvents("orders") >= events);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
