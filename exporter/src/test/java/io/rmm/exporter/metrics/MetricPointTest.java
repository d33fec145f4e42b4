package io.rmm.exporter.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.ProcessFigures;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetricPointTest {

  private static final MemorySnapshot SNAPSHOT =
      MemorySnapshot.builder()
          .ladder(1, 2, 3, 4, 5)
          .flow(20, 13, 300, 100)
          .misuses(MisuseKind.DOUBLE_FREE, 6)
          .leaks(1, 7)
          .openArenas(8)
          .system(9, 10)
          .tuning(11, 12)
          .budget(new BudgetUsage("root", 2, 14, BudgetLimits.unlimited(), 20, 13, 300, 100, 1, 15))
          .budget(new BudgetUsage("root/a", 1, 16, BudgetLimits.hard(17), 20, 13, 300, 100, 1, 18))
          .build();

  private final List<MetricPoint> points = MetricPoint.read(SNAPSHOT, SNAPSHOT.budgets());

  @Test
  void readsEachMetricFromItsOwnPlace() {
    assertThat(points)
        .filteredOn(point -> point.metric() != Metric.MISUSE)
        .containsExactlyInAnyOrder(
            new MetricPoint(Metric.MEMORY_REQUESTED, "", 1),
            new MetricPoint(Metric.MEMORY_USED, "root", 2),
            new MetricPoint(Metric.MEMORY_USED, "root/a", 1),
            new MetricPoint(Metric.MEMORY_ACTIVE, "", 3),
            new MetricPoint(Metric.MEMORY_COMMITTED, "", 4),
            new MetricPoint(Metric.MEMORY_RESERVED, "", 5),
            new MetricPoint(Metric.MEMORY_LIMIT, "root/a", 17),
            new MetricPoint(Metric.MEMORY_PEAK, "root", 14),
            new MetricPoint(Metric.MEMORY_PEAK, "root/a", 16),
            new MetricPoint(Metric.ALLOCATED, "", 300),
            new MetricPoint(Metric.FREED, "", 100),
            new MetricPoint(Metric.ALLOCATIONS, "", 20),
            new MetricPoint(Metric.FREES, "", 13),
            new MetricPoint(Metric.ALLOCATION_REJECTIONS, "root", 15),
            new MetricPoint(Metric.ALLOCATION_REJECTIONS, "root/a", 18),
            new MetricPoint(Metric.BLOCKS_LIVE, "", 7),
            new MetricPoint(Metric.ARENAS_OPEN, "", 8),
            new MetricPoint(Metric.RETURNED, "", 9),
            new MetricPoint(Metric.OS_OPERATIONS, "", 10),
            new MetricPoint(Metric.LEAK_SUSPECTED, "", 7),
            new MetricPoint(Metric.TUNING_DECISIONS, "", 12),
            new MetricPoint(Metric.TUNING_VALUE, "retained_bytes", 11));
  }

  @Test
  void showsKindsOfMisuseThatHaveNotHappened() {
    assertThat(points)
        .filteredOn(point -> point.metric() == Metric.MISUSE)
        .hasSize(MisuseKind.values().length)
        .contains(
            new MetricPoint(Metric.MISUSE, "double_free", 6),
            new MetricPoint(Metric.MISUSE, "use_after_free", 0));
  }

  @Test
  void leavesOutOnlyWhatTelemetrySaysOfItselfAndWhatTheLedgerSays() {
    Set<Metric> missing = EnumSet.allOf(Metric.class);
    points.forEach(point -> missing.remove(point.metric()));

    missing.removeAll(ProcessFigures.ALL);
    assertThat(missing).containsExactly(Metric.TELEMETRY_SENT, Metric.TELEMETRY_DROPPED);
  }

  @Test
  void hasAnAttributeExactlyWhereTheMetricHasOne() {
    assertThat(points)
        .allSatisfy(
            point ->
                assertThat(point.attribute().isEmpty())
                    .as(point.toString())
                    .isEqualTo(MetricPoint.attributeKey(point.metric()).isEmpty()));
    assertThat(Metric.values())
        .allSatisfy(metric -> assertThat(metric.attributes()).hasSizeLessThan(2));
  }
}
