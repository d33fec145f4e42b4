package io.rmm.exporter;

import static org.awaitility.Awaitility.await;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.metrics.MetricPoint;
import io.rmm.exporter.metrics.ProcessMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** Which figures of the process there are where the tests run. */
public final class ProcessFigures {

  /** Those that no snapshot of a manager tells. */
  public static final Set<Metric> ALL =
      EnumSet.of(
          Metric.PROCESS_RESIDENT,
          Metric.PROCESS_EXPLAINED,
          Metric.PROCESS_UNEXPLAINED,
          Metric.CONTAINER_LIMIT);

  /** A sample takes milliseconds, but on a machine that is busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private ProcessFigures() {}

  /**
   * Waits for the first sample, after which every view of {@code source} that is there shows it.
   *
   * @return the metrics that have a value: the limit has none where there is no limit
   */
  public static Set<Metric> here(MemorySource source) {
    Set<Metric> shown = EnumSet.noneOf(Metric.class);
    try (ProcessMetrics process = ProcessMetrics.of(source)) {
      if (Files.exists(Path.of("/proc/self/status"))) {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    process.read().stream()
                        .anyMatch(point -> point.metric() == Metric.PROCESS_RESIDENT));
      }
      process.read().stream().map(MetricPoint::metric).forEach(shown::add);
    }
    return shown;
  }
}
