package io.rmm.exporter.otel;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.exporter.CapturedLog;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndpointWatchTest {

  private final IOException timeout = new InterruptedIOException("timeout");

  private final CapturedLog log = new CapturedLog();
  private long nanos;
  private final EndpointWatch watch = new EndpointWatch(() -> nanos);
  private final EndpointWatch.Signal metrics = watch.signal("metrics", "http://here");
  private final EndpointWatch.Signal events = watch.signal("events", "http://here");

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void anOutageOfBothSignalsIsOneLineAndItsEndAnother() {
    events.lost("orders", 3);
    for (int minute = 0; minute < 10; minute++) {
      metrics.failed(timeout);
      events.failed(new IOException("something else"));
      later(Duration.ofMinutes(1));
    }
    assertThat(watch.isDown()).isTrue();
    metrics.delivered();
    assertThat(watch.isDown()).isFalse();
    events.delivered();

    assertThat(lines())
        .containsExactly(
            "OTLP endpoint http://here does not take metrics: timeout. Metrics go out when it does,"
                + " events until then are lost. Check OTEL_EXPORTER_OTLP_ENDPOINT and the receiver"
                + " there.",
            "OTLP endpoint http://here takes metrics again; events lost so far: 3");
  }

  @Test
  void aSecondSignalThatGotThroughMeanwhileHasAnOutageOfItsOwn() {
    watch.answered("Server responded with HTTP status code 404\n<html>" + "x".repeat(5000));
    events.failed(new IllegalStateException("no answer is in this one"));
    later(Duration.ofMinutes(2));
    metrics.delivered();
    metrics.failed(timeout);
    metrics.delivered();

    assertThat(lines())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .contains("Server responded with HTTP status code 404 <html>x")
                    .hasSizeLessThan(500),
            second -> assertThat(second).contains("metrics: timeout."),
            third -> assertThat(third).contains("takes metrics again"));
  }

  @Test
  void anEndpointThatComesAndGoesIsQuietForAMinute() {
    for (int second = 0; second < 59; second++) {
      metrics.failed(timeout);
      metrics.delivered();
      later(Duration.ofSeconds(1));
    }
    assertThat(lines()).hasSize(2);

    later(Duration.ofSeconds(1));
    metrics.failed(timeout);
    assertThat(lines()).hasSize(3);
  }

  @Test
  void whatGoesWellIsNotWorthALine() {
    metrics.delivered();
    events.delivered();

    assertThat(lines()).isEmpty();
  }

  @Test
  void reasonsAreShortAndSayWhatIsWrong() {
    IOException refused = new ConnectException("Failed to connect to /127.0.0.1:4318");
    refused.initCause(new ConnectException("Connection refused"));
    timeout.initCause(refused);
    IOException unknown = new InterruptedIOException("timeout");
    unknown.initCause(new UnknownHostException("nowhere"));

    for (Throwable failure : List.of(new RuntimeException(timeout), unknown)) {
      metrics.failed(failure);
      metrics.delivered();
      later(Duration.ofMinutes(1));
    }
    metrics.failed(null);

    assertThat(log.lines(Level.WARNING))
        .satisfiesExactly(
            first -> assertThat(first).contains("metrics: Connection refused."),
            second -> assertThat(second).contains("metrics: host nowhere is not known."),
            third -> assertThat(third).contains("metrics: it answers with an error."));
  }

  @Test
  void lossesAreCountedByManager() {
    events.lost("a", 2);
    events.lost("a", 3);

    assertThat(watch.lostEvents("a")).isEqualTo(5);
    assertThat(watch.lostEvents("b")).isZero();
  }

  private void later(Duration time) {
    nanos += time.toNanos();
  }

  private List<String> lines() {
    return log.lines(Level.INFO);
  }
}
