package io.rmm.exporter.metrics;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * One value of one metric.
 *
 * <p>This is where a metric's name meets its meaning: both OpenTelemetry and Micrometer show what
 * {@link #read} returns, and a metric added to the registry does not compile until it is read here.
 *
 * @param metric the metric
 * @param attribute the value of the metric's own attribute (the budget, the kind of misuse or the
 *     knob), or an empty string if it has none beside the manager
 * @param value the value, in the metric's unit
 */
public record MetricPoint(Metric metric, String attribute, long value) {

  /** Returns the key of the metric's own attribute, or an empty string. */
  public static String attributeKey(Metric metric) {
    return metric.attributes().isEmpty() ? "" : metric.attributes().getFirst();
  }

  /**
   * Reads all metrics from {@code snapshot}, but those that no snapshot knows: of the telemetry
   * itself, and of the process ({@link ProcessMetrics}). All kinds of misuse are there from the
   * start, with 0, because a rate cannot be taken of a series whose first point is its first event.
   *
   * @param budgets the snapshot's budgets, as {@link BudgetCap} has let them through
   */
  public static List<MetricPoint> read(MemorySnapshot snapshot, List<BudgetUsage> budgets) {
    List<MetricPoint> points = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      switch (metric) {
        case MEMORY_REQUESTED -> points.add(total(metric, snapshot.requestedBytes()));
        case MEMORY_USED -> addEach(points, metric, budgets, BudgetUsage::usedBytes);
        case MEMORY_ACTIVE -> points.add(total(metric, snapshot.activeBytes()));
        case MEMORY_COMMITTED -> points.add(total(metric, snapshot.committedBytes()));
        case MEMORY_RESERVED -> points.add(total(metric, snapshot.reservedBytes()));
        case MEMORY_LIMIT ->
            addEach(
                points,
                metric,
                budgets.stream().filter(budget -> budget.limits().isLimited()).toList(),
                budget -> budget.limits().hard());
        case MEMORY_PEAK -> addEach(points, metric, budgets, BudgetUsage::peakBytes);
        case ALLOCATED -> points.add(total(metric, snapshot.allocatedBytes()));
        case FREED -> points.add(total(metric, snapshot.freedBytes()));
        case ALLOCATIONS -> points.add(total(metric, snapshot.allocations()));
        case FREES -> points.add(total(metric, snapshot.frees()));
        case ALLOCATION_REJECTIONS -> addEach(points, metric, budgets, BudgetUsage::rejections);
        case BLOCKS_LIVE -> points.add(total(metric, snapshot.liveBlocks()));
        case ARENAS_OPEN -> points.add(total(metric, snapshot.openArenas()));
        case RETURNED -> points.add(total(metric, snapshot.returnedBytes()));
        case OS_OPERATIONS -> points.add(total(metric, snapshot.systemCalls()));
        case MISUSE -> {
          for (MisuseKind kind : MisuseKind.values()) {
            long count = snapshot.misusesByKind().getOrDefault(kind, 0L);
            points.add(new MetricPoint(metric, attributeValue(kind), count));
          }
        }
        case LEAK_SUSPECTED -> points.add(total(metric, snapshot.leakSuspectBytes()));
        case TUNING_DECISIONS -> points.add(total(metric, snapshot.tuningDecisions()));
        case TUNING_VALUE ->
            points.add(
                new MetricPoint(
                    metric, TuningKnob.RETAINED_BYTES.id(), snapshot.retainedLimitBytes()));
        case PROCESS_RESIDENT,
            PROCESS_EXPLAINED,
            PROCESS_UNEXPLAINED,
            CONTAINER_LIMIT,
            TELEMETRY_SENT,
            TELEMETRY_DROPPED -> {}
      }
    }
    return points;
  }

  /** Returns the value of an attribute, as {@link Attributes#MISUSE_KIND}, for a constant. */
  public static String attributeValue(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static MetricPoint total(Metric metric, long value) {
    return new MetricPoint(metric, "", value);
  }

  private static void addEach(
      List<MetricPoint> points,
      Metric metric,
      List<BudgetUsage> budgets,
      ToLongFunction<BudgetUsage> value) {
    for (BudgetUsage budget : budgets) {
      points.add(new MetricPoint(metric, budget.path(), value.applyAsLong(budget)));
    }
  }
}
