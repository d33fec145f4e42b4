package io.rmm.program;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import javax.management.ObjectName;

/**
 * A program that has telemetry of its own, which begins when it is told. Until then nothing of its
 * libraries is loaded.
 *
 * <p>Commands besides those of {@link MemoryProgram}: {@code micrometer}, {@code scrape NAME},
 * {@code opentelemetry ENDPOINT}, {@code instances CLASS}, {@code threads}.
 */
@SuppressWarnings("SystemOut")
public final class TelemetryProgram {

  private TelemetryProgram() {}

  public static void main(String[] args) throws Throwable {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command = commands.readLine(); command != null; command = commands.readLine()) {
      System.out.println(answer(command.split(" ")));
    }
  }

  private static String answer(String[] words) throws Throwable {
    return switch (words[0]) {
      case "micrometer" -> {
        Metrics.addRegistry(Meters.REGISTRY);
        yield "began";
      }
      case "scrape" ->
          Meters.REGISTRY
              .scrape()
              .lines()
              .filter(line -> line.startsWith(words[1]))
              .collect(Collectors.joining("; "));
      case "opentelemetry" -> {
        Sdk.begin(words[1]);
        yield "began";
      }
      case "instances" -> instances(words[1]);
      case "threads" ->
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .sorted()
              .collect(Collectors.joining("; "));
      default -> MemoryProgram.answer(words);
    };
  }

  /** Returns how many objects of a class there are after a collection. */
  private static String instances(String type) throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(columns -> columns.length > 3 && columns[3].equals(type))
        .map(columns -> columns[1])
        .findFirst()
        .orElse("0");
  }

  /** Apart, so that they are loaded when they are needed. */
  private static final class Meters {
    static final PrometheusMeterRegistry REGISTRY =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  }

  private static final class Sdk {

    static void begin(String endpoint) {
      Resource resource = Resource.builder().put("service.name", "program").build();
      OpenTelemetrySdk.builder()
          .setMeterProvider(
              SdkMeterProvider.builder()
                  .setResource(resource)
                  .registerMetricReader(
                      PeriodicMetricReader.builder(
                              OtlpHttpMetricExporter.builder()
                                  .setEndpoint(endpoint + "/v1/metrics")
                                  .build())
                          .setInterval(Duration.ofMillis(200))
                          .build())
                  .build())
          .setLoggerProvider(
              SdkLoggerProvider.builder()
                  .setResource(resource)
                  .addLogRecordProcessor(
                      SimpleLogRecordProcessor.create(
                          OtlpHttpLogRecordExporter.builder()
                              .setEndpoint(endpoint + "/v1/logs")
                              .build()))
                  .build())
          .buildAndRegisterGlobal();
    }
  }
}
