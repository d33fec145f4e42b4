package io.rmm.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an agent can be told, by the commands that start one. */
final class AgentSettings {

  @Option(
      names = "--limit",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = {
        "The most off-heap memory of the JDK's own ways (direct buffers, arenas, Unsafe) that the",
        "program may hold at once, for example 512m; more is refused with an OutOfMemoryError."
      })
  private @Nullable Long limit;

  @Option(
      names = "--sample-interval",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = "Mean bytes between two samples. Default: 512k.")
  private @Nullable Long sampleInterval;

  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description = {
        "Send metrics and events to this OTLP endpoint, by HTTP, for example",
        "http://127.0.0.1:4318; or 'env': to where the program's OTEL_... settings say."
      })
  private @Nullable String otlp;

  @Option(
      names = "--opentelemetry",
      description = "Show metrics and events in the program's own OpenTelemetry, once it has it.")
  private boolean opentelemetry;

  @Option(
      names = "--micrometer",
      description = "Show metrics in the program's own Micrometer, once it has it.")
  private boolean micrometer;

  /** Made by picocli. */
  AgentSettings() {}

  /** Returns them as the agent reads them. */
  String options() {
    List<String> options = new ArrayList<>();
    if (limit != null) {
      options.add("limit=" + limit);
    }
    if (sampleInterval != null) {
      options.add("sampleInterval=" + sampleInterval);
    }
    if (otlp != null) {
      options.add("otlp=" + otlp);
    }
    if (opentelemetry) {
      options.add("opentelemetry=true");
    }
    if (micrometer) {
      options.add("micrometer=true");
    }
    return String.join(",", options);
  }
}
