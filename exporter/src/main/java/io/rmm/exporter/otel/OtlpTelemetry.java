package io.rmm.exporter.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.rmm.exporter.metrics.BudgetCap;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An OpenTelemetry SDK made from the environment, for programs that have none.
 *
 * <pre>{@code
 * try (OtlpTelemetry telemetry = OtlpTelemetry.create(Map.of("otel.service.name", "orders"));
 *     MemoryManager manager = MemoryManager.builder().view(telemetry.view()).build()) {
 *   ...
 * }
 * }</pre>
 *
 * <p>All settings are the standard ones: environment variables {@code OTEL_...} or system
 * properties {@code otel....}. With {@code OTEL_EXPORTER_OTLP_ENDPOINT}, metrics and events go
 * there; with {@code OTEL_EXPORTER_OTLP_METRICS_ENDPOINT} or {@code ..._LOGS_ENDPOINT} alone, only
 * those do. What has no endpoint stays in the process, see {@link #inProcess}; it is not sent to
 * localhost on the chance that somebody listens there. Unless set otherwise, the protocol is {@code
 * http/protobuf}, as the specification wants it, bodies are compressed, and no traces are exported.
 *
 * <p>An endpoint that cannot be reached, is slow or fails gives one line in the log, and one when
 * it answers again. Metrics lose nothing but resolution meanwhile; events are lost and counted in
 * {@code rmm.telemetry.dropped}.
 *
 * <p>Close it after the managers that it shows, so that their last values go out.
 */
public final class OtlpTelemetry implements AutoCloseable {

  private static final String ENDPOINT = "otel.exporter.otlp.endpoint";

  /** How long a flush or a close waits for an endpoint that has answered so far. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long they wait for one that has not. */
  private static final Duration LITTLE_PATIENCE = Duration.ofMillis(500);

  private final EndpointWatch watch = new EndpointWatch(System::nanoTime);
  private final QuietSdkLoggers quiet = new QuietSdkLoggers(watch::answered);
  private final InProcessTelemetry inProcess = new InProcessTelemetry();
  private final Map<Signal, String> endpoints = new EnumMap<>(Signal.class);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final OpenTelemetrySdk sdk;
  private volatile boolean abandoned;

  /** What is exported, by the names that settings have for it. */
  private enum Signal {
    METRICS("metrics"),
    EVENTS("logs");

    final String endpointKey;
    final String exporterKey;

    Signal(String settingsName) {
      this.endpointKey = "otel.exporter.otlp." + settingsName + ".endpoint";
      this.exporterKey = "otel." + settingsName + ".exporter";
    }

    String displayName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private OtlpTelemetry(Map<String, String> defaults, Map<String, String> overrides) {
    Map<String, String> settings = new HashMap<>();
    settings.put("otel.exporter.otlp.protocol", "http/protobuf");
    settings.put("otel.exporter.otlp.compression", "gzip");
    settings.put("otel.traces.exporter", "none");
    settings.putAll(defaults);
    try {
      this.sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(() -> settings)
              .addPropertiesCustomizer(_ -> overrides)
              .addPropertiesCustomizer(this::findEndpoints)
              .addMetricExporterCustomizer(
                  (exporter, config) ->
                      isOtlp(exporter)
                          ? new WatchedMetricExporter(exporter, watchOf(Signal.METRICS))
                          : exporter)
              .addLogRecordExporterCustomizer(
                  (exporter, config) ->
                      isOtlp(exporter)
                          ? new WatchedLogRecordExporter(exporter, watchOf(Signal.EVENTS))
                          : exporter)
              .addMeterProviderCustomizer(
                  (provider, config) ->
                      endpoints.containsKey(Signal.METRICS)
                          ? provider
                          : provider.registerMetricReader(inProcess.reader()))
              .addLoggerProviderCustomizer(
                  (provider, config) ->
                      endpoints.containsKey(Signal.EVENTS)
                          ? provider
                          : provider.addLogRecordProcessor(inProcess.processor()))
              .build()
              .getOpenTelemetrySdk();
    } catch (RuntimeException e) {
      quiet.close();
      throw e instanceof ConfigurationException
          ? new IllegalArgumentException("OpenTelemetry cannot be set up: " + e.getMessage(), e)
          : e;
    }
  }

  /**
   * Makes the SDK.
   *
   * @param defaults settings for what the environment does not set, by the names of the system
   *     properties, for example {@code otel.service.name}
   * @throws IllegalArgumentException if a setting is not valid
   */
  public static OtlpTelemetry create(Map<String, String> defaults) {
    return create(defaults, Map.of());
  }

  /**
   * Makes the SDK, for somebody who is a guest in the process: its environment is another's, and
   * may have settings that are of no use here.
   *
   * @param defaults settings for what the environment does not set
   * @param overrides settings that win over the environment
   * @throws IllegalArgumentException if a setting is not valid
   */
  public static OtlpTelemetry create(Map<String, String> defaults, Map<String, String> overrides) {
    return new OtlpTelemetry(defaults, overrides);
  }

  /** Notes where each signal goes, and keeps those that go nowhere from guessing. */
  private Map<String, String> findEndpoints(ConfigProperties config) {
    Map<String, String> settings = new HashMap<>();
    for (Signal signal : Signal.values()) {
      String endpoint = config.getString(signal.endpointKey, config.getString(ENDPOINT, ""));
      if (!endpoint.isEmpty()) {
        endpoints.put(signal, withoutUserInfo(endpoint));
      } else if (config.getString(signal.exporterKey) == null) {
        settings.put(signal.exporterKey, "none");
      }
    }
    return settings;
  }

  /** A setting may name further exporters; that these do well says nothing of the endpoint. */
  private static boolean isOtlp(Object exporter) {
    return exporter.getClass().getName().startsWith("io.opentelemetry.exporter.otlp.");
  }

  private EndpointWatch.Signal watchOf(Signal signal) {
    return watch.signal(signal.displayName(), endpoints.getOrDefault(signal, "(none)"));
  }

  /** Log lines must not show a password that stands in an address. */
  private static String withoutUserInfo(String endpoint) {
    return endpoint.replaceFirst("//[^/@]*@", "//");
  }

  /** Returns the SDK, for what else the program wants to show. */
  public OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** Returns a view that shows memory sources here, and that knows which events were lost. */
  public OpenTelemetryView view() {
    return new OpenTelemetryView(
        sdk, BudgetCap.DEFAULT_NAMED, EventForwarder.REPEATS_INTERVAL, new WatchedDelivery());
  }

  /** Returns the endpoint to which metrics go, or events if these alone go out, if there is one. */
  public Optional<String> endpoint() {
    return endpoints.values().stream().findFirst();
  }

  /**
   * Returns how many exports, of metrics or events, an endpoint did not take. Of metrics such a one
   * costs resolution, and if it was the last, the last values. Exports that {@link #close} did not
   * wait for to the end count as one.
   */
  public long failedExports() {
    return watch.failedExports() + (abandoned ? 1 : 0);
  }

  /** Returns the number of events, of all managers, that were lost with failed exports. */
  public long lostEvents() {
    return watch.lostEvents();
  }

  /** Returns the number of events of {@code manager} that were exported in vain. */
  long lostEvents(String manager) {
    return watch.lostEvents(manager);
  }

  /** Returns what is kept in the process: metrics and events, each unless it has an endpoint. */
  public InProcessTelemetry inProcess() {
    return inProcess;
  }

  /**
   * Sends what has not been sent, and ends the SDK. Waits for that for 5 s at the most, and for
   * half a second if the endpoint does not answer anyway. Closing once more does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    // The SDK's own shutdown waits for its exports in the calling thread, 10 s and longer.
    AtomicBoolean ended = new AtomicBoolean();
    Thread shutdown =
        Thread.ofPlatform()
            .daemon()
            .name("rmm-telemetry-shutdown")
            .inheritInheritableThreadLocals(false)
            .start(
                () ->
                    ended.set(
                        sdk.shutdown().join(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).isDone()));
    try {
      // One that goes on in the background is not to fail loudly at last.
      if (shutdown.join(patience())) {
        quiet.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    abandoned = !ended.get();
  }

  private Duration patience() {
    return watch.isDown() ? LITTLE_PATIENCE : PATIENCE;
  }

  private final class WatchedDelivery implements Delivery {

    @Override
    public long lostEvents(String manager) {
      return OtlpTelemetry.this.lostEvents(manager);
    }

    @Override
    public long failedExports() {
      return OtlpTelemetry.this.failedExports();
    }

    @Override
    public String lastFailure() {
      return watch.lastFailure();
    }

    @Override
    public void flushMetrics() {
      sdk.getSdkMeterProvider().forceFlush().join(patience().toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
