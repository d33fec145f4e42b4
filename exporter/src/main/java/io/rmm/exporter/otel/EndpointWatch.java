package io.rmm.exporter.otel;

import io.rmm.allocator.log.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether the endpoints take telemetry, and tells people: one line when one stops to, one
 * when it does again, and no stack trace.
 *
 * <p>When an endpoint goes, metrics and events fail one after the other; only the first of them is
 * told, and the other one too if it has got through since. After a line about a failure there is no
 * other for a minute, however often the endpoint comes and goes. Safe for use by several threads.
 */
final class EndpointWatch {

  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int MOST_CHARACTERS = 200;
  private final LongSupplier nanoTime;
  private final Map<String, Long> lost = new ConcurrentHashMap<>();
  private final List<Signal> signals = new ArrayList<>();
  private long failedExports;
  private long toldAt;
  private boolean down;
  private String lastFailure = "";
  private volatile String lastAnswer = "it answers with an error";

  EndpointWatch(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.toldAt = nanoTime.getAsLong() - QUIET_NANOS;
  }

  /** Begins to watch the endpoint to which one signal goes. */
  synchronized Signal signal(String name, String endpoint) {
    Signal signal = new Signal(name, endpoint);
    signals.add(signal);
    return signal;
  }

  /** Tells whether the last export failed, of whichever signal. */
  synchronized boolean isDown() {
    return down;
  }

  /** Returns the number of exports that failed, of all signals. */
  synchronized long failedExports() {
    return failedExports;
  }

  /** Returns why the latest export failed that did; empty if none has. */
  synchronized String lastFailure() {
    return lastFailure;
  }

  /** Returns the number of events that have gone with failed exports, of all managers. */
  long lostEvents() {
    return lost.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the number of events of {@code manager} that have gone with failed exports. */
  long lostEvents(String manager) {
    return lost.getOrDefault(manager, 0L);
  }

  /** Is told what the SDK says about an answer that was no success. */
  void answered(String text) {
    String line = text.replaceAll("\\s+", " "); // it may have a whole page in it
    lastAnswer = line.substring(0, Math.min(line.length(), MOST_CHARACTERS));
  }

  private synchronized void delivered(Signal signal) {
    down = false;
    signal.deliveredSinceTold = true;
    if (signal.failureTold) {
      signal.failureTold = false;
      Log.logger("io.rmm.exporter.otel")
          .log(
              Level.INFO,
              "OTLP endpoint {0} takes {1} again; events lost so far: {2}",
              signal.endpoint,
              signal.name,
              lostEvents());
    }
  }

  private synchronized void failed(Signal signal, @Nullable Throwable failure) {
    down = true;
    failedExports++;
    lastFailure = explain(failure);
    long now = nanoTime.getAsLong();
    boolean partOfToldOutage =
        !signal.deliveredSinceTold && signals.stream().anyMatch(other -> other.failureTold);
    if (signal.failureTold || partOfToldOutage || now - toldAt < QUIET_NANOS) {
      return;
    }
    signal.failureTold = true;
    toldAt = now;
    signals.forEach(other -> other.deliveredSinceTold = false);
    Log.logger("io.rmm.exporter.otel")
        .log(
            Level.WARNING,
            "OTLP endpoint {0} does not take {1}: {2}. Metrics go out when it does, events until then"
                + " are lost. Check OTEL_EXPORTER_OTLP_ENDPOINT and the receiver there.",
            signal.endpoint,
            signal.name,
            lastFailure);
  }

  /**
   * Puts {@code failure} in a few words. The exporter wraps what the HTTP client threw, if it threw
   * at all; and a connection that is refused ten times is a timeout to that, with the refusal
   * below.
   */
  private String explain(@Nullable Throwable failure) {
    String first = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return "host " + cause.getMessage() + " is not known";
      }
      if (cause instanceof ConnectException && cause.getCause() == null) {
        return String.valueOf(cause.getMessage());
      }
      if (cause instanceof IOException && first == null) {
        first = cause.getMessage();
      }
    }
    return first == null ? lastAnswer : first;
  }

  /** One signal's way to its endpoint. */
  final class Signal {

    private final String name;
    private final String endpoint;
    private boolean failureTold;
    private boolean deliveredSinceTold;

    private Signal(String name, String endpoint) {
      this.name = name;
      this.endpoint = endpoint;
    }

    /** Is told that the endpoint took something. */
    void delivered() {
      EndpointWatch.this.delivered(this);
    }

    /** Is told that the endpoint did not take something. */
    void failed(@Nullable Throwable failure) {
      EndpointWatch.this.failed(this, failure);
    }

    /** Is told that {@code events} of {@code manager} have gone with a failed export. */
    void lost(String manager, long events) {
      lost.merge(manager, events, Long::sum);
    }
  }
}
