package io.rmm.exporter.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.ProcessFigures;
import io.rmm.exporter.metrics.BudgetCap;
import io.rmm.exporter.metrics.MetricPoint;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenTelemetryViewTest {

  private static final AttributeKey<String> MANAGER =
      AttributeKey.stringKey(Attributes.MANAGER_NAME);

  private InMemoryMetricReader reader = InMemoryMetricReader.create();
  private OpenTelemetrySdk sdk = sdk(reader);

  @AfterEach
  void close() {
    sdk.close();
  }

  @ParameterizedTest
  @EnumSource(MemoryMode.class)
  void showsEveryMetricOfTheRegistryWithTheValuesOfOneSnapshot(MemoryMode mode) {
    reader =
        InMemoryMetricReader.builder()
            .setAggregationTemporalitySelector(_ -> AggregationTemporality.CUMULATIVE)
            .setMemoryMode(mode)
            .build();
    sdk = sdk(reader);
    try (MemoryManager manager = manager("orders", new OpenTelemetryView(sdk));
        Block block = busy(manager)) {
      assertThat(block.isAlive()).isTrue();
      Set<Metric> missing = EnumSet.copyOf(ProcessFigures.ALL);
      missing.removeAll(ProcessFigures.here(manager));
      reader.collectAllMetrics(); // reused data must not remember this one

      Map<String, Map<String, Long>> shown = values(reader);
      MemorySnapshot snapshot = manager.snapshot();

      Map<String, Map<String, Long>> expected = new HashMap<>();
      for (MetricPoint point : MetricPoint.read(snapshot, snapshot.budgets())) {
        expected
            .computeIfAbsent(point.metric().metricName(), _ -> new HashMap<>())
            .put(point.attribute(), point.value());
      }
      assertThat(shown.keySet())
          .containsExactlyInAnyOrderElementsOf(
              EnumSet.complementOf(EnumSet.copyOf(missing)).stream()
                  .map(Metric::metricName)
                  .toList());
      assertThat(shown).containsAllEntriesOf(expected);
      assertThat(sum(shown, "rmm.process.explained") + sum(shown, "rmm.process.unexplained"))
          .isEqualTo(sum(shown, "rmm.process.resident"));
      assertThat(shown.get("rmm.memory.used").get("root")).isPositive();
      assertThat(shown.get("rmm.misuse")).containsEntry("double_free", 1L);
      assertThat(shown.get("rmm.allocation.rejections")).containsEntry("root/tenant", 1L);
      assertThat(shown.get("rmm.memory.limit")).containsExactly(Map.entry("root/tenant", 4096L));
    }
  }

  @Test
  void takesKindsUnitsAndDescriptionsFromTheRegistry() {
    try (MemoryManager manager = manager("orders", new OpenTelemetryView(sdk));
        Block block = busy(manager)) {
      assertThat(block.isAlive()).isTrue();
      for (MetricData data : reader.collectAllMetrics()) {
        Metric metric = Metric.named(data.getName()).orElseThrow();
        assertThat(data.getUnit()).isEqualTo(metric.unit()).isNotEqualTo("1");
        assertThat(data.getDescription()).isEqualTo(metric.description());
        assertThat(data.getInstrumentationScopeInfo().getName()).isEqualTo(Attributes.SCOPE);
        switch (metric.instrument()) {
          case GAUGE -> assertThat(data.getType()).isEqualTo(MetricDataType.LONG_GAUGE);
          case COUNTER -> assertThat(data.getLongSumData().isMonotonic()).isTrue();
          case UP_DOWN_COUNTER -> assertThat(data.getLongSumData().isMonotonic()).isFalse();
        }
        assertThat(data.getData().getPoints())
            .isNotEmpty()
            .allSatisfy(
                point -> assertThat(point.getAttributes().get(MANAGER)).isEqualTo(manager.name()));
      }
    }
  }

  @Test
  void takesOneSnapshotForEachCollection() throws Exception {
    try (MemoryManager manager = manager("orders")) {
      CountingSource source = new CountingSource(manager);
      try (AutoCloseable shown = new OpenTelemetryView(sdk).attach(source)) {
        assertThat(shown).isNotNull();
        assertThat(source.snapshots).hasValue(0);
        reader.collectAllMetrics();
        assertThat(source.snapshots).hasValue(1);
        reader.collectAllMetrics();
        assertThat(source.snapshots).hasValue(2);
      }
    }
  }

  /** Also of what comes last, as that the manager is closed. */
  @Test
  void whatItHasDoneInAllIsToldAtItsEnd() throws Exception {
    List<ExporterStatistics> ended = new CopyOnWriteArrayList<>();
    MemoryListener witness =
        new MemoryListener() {
          @Override
          public void onExporterEnd(ExporterStatistics last) {
            ended.add(last);
          }
        };
    OpenTelemetryView view = new OpenTelemetryView(sdk);
    try (MemoryManager manager = manager("orders")) {
      manager.addListener(witness);
      AutoCloseable attachment = view.attach(manager);
      attachment.close();
      attachment.close();
      // That it was started and that it is closed.
      assertThat(ended).containsExactly(new ExporterStatistics("opentelemetry", 2, 0, 0, 0, 0, ""));
      assertThat(manager.exporters()).isEmpty();
    }
  }

  @Test
  void aClosedManagerIsShownNoMore() {
    OpenTelemetryView view = new OpenTelemetryView(sdk);
    MemoryManager gone = manager("gone", view);
    try (MemoryManager kept = manager("kept", view)) {
      assertThat(managersShown()).containsExactlyInAnyOrder("gone", "kept");

      gone.close();

      assertThat(managersShown()).containsExactly(kept.name());
      assertThat(kept.exporters()).extracting("name").containsExactly("opentelemetry");
      assertThat(gone.exporters()).isEmpty();
    }
    assertThat(reader.collectAllMetrics()).isEmpty();
  }

  @Test
  void aSecondSourceOfTheSameNameIsRefusedUntilTheFirstIsGone() throws Exception {
    OpenTelemetryView view = new OpenTelemetryView(sdk);
    try (MemoryManager first = manager("twin");
        MemoryManager second = manager("twin")) {
      AutoCloseable shown = view.attach(first);
      assertThatIllegalStateException()
          .isThrownBy(() -> view.attach(second))
          .withMessage("OpenTelemetry shows a memory source with the name twin already");

      shown.close();
      AutoCloseable again = view.attach(second);
      shown.close(); // once more, which must not end the other one
      assertThat(managersShown()).containsExactly("twin");
      again.close();
    }
  }

  @Test
  void thousandsOfBudgetsStayWithinTheSeriesPromised() {
    try (MemoryManager manager = manager("crowded", new OpenTelemetryView(sdk))) {
      for (int i = 0; i < 2000; i++) {
        manager.rootBudget().child("tenant-" + i, BudgetLimits.hard(1 << 20));
      }
      int figures = ProcessFigures.here(manager).size();
      assertThat(figures).isLessThanOrEqualTo(4);
      assertThat(series()).as("one less, as the root has no limit").isEqualTo(110 - 1 + figures);
      assertThat(values(reader).get("rmm.memory.used"))
          .hasSize(BudgetCap.DEFAULT_NAMED + 1)
          .containsKeys("root", BudgetCap.OTHER);
    }
  }

  @Test
  void theLargestCapStaysWithinAThousandSeries() {
    OpenTelemetryView view = new OpenTelemetryView(sdk, BudgetCap.MOST_NAMED);
    try (MemoryManager manager = manager("crowded", view)) {
      for (int i = 0; i < 2000; i++) {
        manager.rootBudget().child("tenant-" + i, BudgetLimits.hard(1 << 20));
      }
      assertThat(series()).isEqualTo(990 - 1 + ProcessFigures.here(manager).size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 241})
  void refusesACapOutOfRange(int namedBudgets) {
    assertThatIllegalArgumentException().isThrownBy(() -> new OpenTelemetryView(sdk, namedBudgets));
  }

  @Test
  void anSdkThatDoesNothingIsGoodEnough() {
    MemoryManager manager = manager("quiet", new OpenTelemetryView(OpenTelemetry.noop()));
    busy(manager).close();
    manager.close();
  }

  /** Leaves one live block, one rejection, one double free and an open budget behind. */
  private static Block busy(MemoryManager manager) {
    Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.hard(4096));
    assertThatThrownBy(() -> tenant.allocate(8192)).hasMessageContaining("root/tenant");
    Block freed = manager.allocate(100);
    freed.close();
    assertThatThrownBy(freed::close).isInstanceOf(MemoryMisuseException.class);
    return tenant.allocate(1000);
  }

  private int series() {
    return reader.collectAllMetrics().stream()
        .mapToInt(data -> data.getData().getPoints().size())
        .sum();
  }

  private static long sum(Map<String, Map<String, Long>> shown, String metric) {
    return shown.getOrDefault(metric, Map.of()).values().stream().mapToLong(Long::longValue).sum();
  }

  private Set<String> managersShown() {
    Set<String> managers = new HashSet<>();
    for (MetricData data : reader.collectAllMetrics()) {
      data.getData().getPoints().forEach(point -> managers.add(point.getAttributes().get(MANAGER)));
    }
    return managers;
  }

  /** Returns the values collected now, by metric and by the value of the metric's own attribute. */
  private static Map<String, Map<String, Long>> values(InMemoryMetricReader reader) {
    Map<String, Map<String, Long>> values = new HashMap<>();
    for (MetricData data : reader.collectAllMetrics()) {
      Metric metric = Metric.named(data.getName()).orElseThrow();
      AttributeKey<String> own = AttributeKey.stringKey(MetricPoint.attributeKey(metric));
      Map<String, Long> points = new HashMap<>();
      for (LongPointData point :
          data.getType() == MetricDataType.LONG_GAUGE
              ? data.getLongGaugeData().getPoints()
              : data.getLongSumData().getPoints()) {
        String attribute = point.getAttributes().get(own);
        points.put(attribute == null ? "" : attribute, point.getValue());
      }
      values.put(data.getName(), points);
    }
    return values;
  }

  private static MemoryManager manager(String name, OpenTelemetryView... views) {
    MemoryManager.Builder builder = MemoryManager.builder().name(name).discoverViews(false);
    for (OpenTelemetryView view : views) {
      builder.view(view);
    }
    return builder.build();
  }

  private static OpenTelemetrySdk sdk(InMemoryMetricReader reader) {
    return OpenTelemetrySdk.builder()
        .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
        .build();
  }

  /** Counts the snapshots of the thread that made it: the ledger of the process takes its own. */
  private static final class CountingSource implements MemorySource {

    private final Thread reader = Thread.currentThread();
    private final MemorySource source;
    final AtomicInteger snapshots = new AtomicInteger();

    CountingSource(MemorySource source) {
      this.source = source;
    }

    @Override
    public String name() {
      return source.name();
    }

    @Override
    public MemorySnapshot snapshot() {
      if (Thread.currentThread() == reader) {
        snapshots.incrementAndGet();
      }
      return source.snapshot();
    }

    @Override
    public SiteProfile profile() {
      return source.profile();
    }

    @Override
    public void addListener(MemoryListener listener) {
      source.addListener(listener);
    }

    @Override
    public void removeListener(MemoryListener listener) {
      source.removeListener(listener);
    }
  }
}
