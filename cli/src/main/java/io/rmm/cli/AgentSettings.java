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
    return String.join(",", options);
  }
}
