package io.rmm.demo.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.allocator.signal.Metric;
import io.rmm.demo.views.Figure.Part;
import io.rmm.exporter.micrometer.RmmMetrics;
import io.rmm.exporter.otel.OpenTelemetryView;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.JMException;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;

/**
 * At a quiet moment every view shows the very numbers that the snapshot has: beans, metrics in
 * OpenTelemetry and Micrometer, the statistics in Flight Recorder, and the sums of its single
 * events. In total, and for each budget, size class and kind of misuse.
 */
class ConsistentViewsTest {

  private static final String NAME = "consistent";

  /** Events come a second late, and beans of budgets too. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void allViewsShowTheSameNumbersWhenQuiet() throws Exception {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    SdkMeterProvider meters = SdkMeterProvider.builder().registerMetricReader(reader).build();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    LastWord lastWord = new LastWord();
    try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().setMeterProvider(meters).build();
        RecordingStream stream = new RecordingStream()) {
      RecordedStatistics statistics = RecordedStatistics.from(stream, NAME);
      EventSums sums = EventSums.from(stream, NAME);
      stream.startAsync();
      try (MemoryManager manager =
              MemoryManager.builder()
                  .name(NAME)
                  .listener(lastWord)
                  .view(new OpenTelemetryView(sdk))
                  .build();
          RmmMetrics binder = new RmmMetrics(manager)) {
        manager.awaitViews();
        binder.bindTo(registry);
        awaitTracing(manager, statistics);
        BeanFigures beans = new BeanFigures(NAME);
        try (Exercise exercise = new Exercise(manager)) {
          exercise.run();
          await()
              .atMost(PATIENCE)
              .untilAsserted(
                  () -> {
                    Map<Figure, Long> all = SnapshotFigures.of(manager.snapshot());
                    assertShown(beans.read(), BeanFigures.NAMES, all);
                    assertShown(statistics.read(), RecordedStatistics.NAMES, all);
                    assertShown(
                        sums.read(SnapshotFigures.only(EventSums.NAMES, all)),
                        EventSums.NAMES,
                        all);
                    assertShown(MetricFigures.read(reader, NAME), MetricFigures.NAMES, all);
                    assertShown(MetricFigures.read(registry, NAME), MetricFigures.NAMES, all);
                    assertTelemetryIsCountedAlike(reader, beans, statistics);
                  });
          exercise.assertSomethingHappenedOfEverything(SnapshotFigures.of(manager.snapshot()));
        }
      }
      // The exporter has ended before the manager's other views, and sent something then.
      assertThat(lastWord.told).isNotEmpty();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(statistics.telemetry()).isEqualTo(lastWord.told));
    }
  }

  private static void assertShown(
      Map<Figure, Long> shown, Map<Part, Set<String>> names, Map<Figure, Long> all) {
    assertThat(shown).isEqualTo(SnapshotFigures.only(names, all));
  }

  /** What no snapshot knows, because it is about what becomes of the telemetry. */
  private static void assertTelemetryIsCountedAlike(
      InMemoryMetricReader reader, BeanFigures beans, RecordedStatistics statistics)
      throws JMException {
    long sent = beans.number(ManagedBean.EXPORTER, "Sent");
    assertThat(sent).isPositive();
    assertThat(MetricFigures.value(reader, Metric.TELEMETRY_SENT, NAME)).isEqualTo(sent);
    assertThat(MetricFigures.value(reader, Metric.TELEMETRY_DROPPED, NAME))
        .isEqualTo(beans.number(ManagedBean.EXPORTER, "Dropped"));
    assertThat(statistics.telemetry())
        .isEqualTo(
            Map.of(
                "sent",
                sent,
                "dropped",
                beans.number(ManagedBean.EXPORTER, "Dropped"),
                "failed",
                beans.number(ManagedBean.EXPORTER, "Failed"),
                "queued",
                beans.number(ManagedBean.EXPORTER, "Queued")));
  }

  /** What an exporter has done in all, as a listener is told. */
  private static final class LastWord implements MemoryListener {

    private volatile Map<String, Long> told = Map.of();

    @Override
    public void onExporterEnd(ExporterStatistics last) {
      told =
          Map.of(
              "sent",
              last.sent(),
              "dropped",
              last.dropped(),
              "failed",
              last.failed(),
              "queued",
              last.queued());
    }
  }

  /**
   * Waits until every block is told of. All listeners are asked in one go, and the manager goes by
   * their answers before it asks again: so once another listener has been asked twice since events
   * were enabled, they are told.
   */
  private static void awaitTracing(MemoryManager manager, RecordedStatistics statistics) {
    await().atMost(PATIENCE).until(() -> !statistics.read().isEmpty());
    AtomicInteger asked = new AtomicInteger();
    MemoryListener witness =
        new MemoryListener() {
          @Override
          public boolean isTracing() {
            asked.incrementAndGet();
            return false;
          }
        };
    manager.addListener(witness);
    await().atMost(PATIENCE).until(() -> asked.get() >= 2);
    manager.removeListener(witness);
  }
}
