package io.rmm.demo.views;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import io.rmm.demo.views.Figure.Part;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The figures that the metrics of a manager show, in OpenTelemetry and in Micrometer. */
final class MetricFigures {

  /** What metrics tell. */
  static final Map<Part, Set<String>> NAMES =
      Map.of(
          Part.TOTAL,
          Set.of(
              "requested",
              "active",
              "committed",
              "reserved",
              "liveBlocks",
              "allocations",
              "frees",
              "allocated",
              "freed",
              "openArenas",
              "returned",
              "systemCalls",
              "leakSuspectBytes",
              "tuningDecisions",
              "retainedLimit"),
          Part.BUDGET,
          Set.of("used", "peak", "hard", "rejections"),
          Part.SIZE_CLASS,
          Set.of(),
          Part.MISUSE,
          Set.of("count"));

  /** Metrics that no snapshot knows: of the telemetry, of the process and of its container. */
  private static final Pattern OF_OTHERS =
      Pattern.compile("rmm\\.(?:telemetry|process|container)\\..*");

  /** Figures by metric; each is given the value of the metric's own attribute, or nothing. */
  private static final Map<Metric, Function<String, Figure>> FIGURES =
      Map.ofEntries(
          Map.entry(Metric.MEMORY_REQUESTED, _ -> Figure.total("requested")),
          Map.entry(Metric.MEMORY_USED, path -> Figure.budget(path, "used")),
          Map.entry(Metric.MEMORY_ACTIVE, _ -> Figure.total("active")),
          Map.entry(Metric.MEMORY_COMMITTED, _ -> Figure.total("committed")),
          Map.entry(Metric.MEMORY_RESERVED, _ -> Figure.total("reserved")),
          Map.entry(Metric.MEMORY_LIMIT, path -> Figure.budget(path, "hard")),
          Map.entry(Metric.MEMORY_PEAK, path -> Figure.budget(path, "peak")),
          Map.entry(Metric.ALLOCATED, _ -> Figure.total("allocated")),
          Map.entry(Metric.FREED, _ -> Figure.total("freed")),
          Map.entry(Metric.ALLOCATIONS, _ -> Figure.total("allocations")),
          Map.entry(Metric.FREES, _ -> Figure.total("frees")),
          Map.entry(Metric.ALLOCATION_REJECTIONS, path -> Figure.budget(path, "rejections")),
          Map.entry(Metric.BLOCKS_LIVE, _ -> Figure.total("liveBlocks")),
          Map.entry(Metric.ARENAS_OPEN, _ -> Figure.total("openArenas")),
          Map.entry(Metric.RETURNED, _ -> Figure.total("returned")),
          Map.entry(Metric.OS_OPERATIONS, _ -> Figure.total("systemCalls")),
          Map.entry(Metric.MISUSE, kind -> Figure.misuses(kind.toUpperCase(Locale.ROOT))),
          Map.entry(Metric.LEAK_SUSPECTED, _ -> Figure.total("leakSuspectBytes")),
          Map.entry(Metric.TUNING_DECISIONS, _ -> Figure.total("tuningDecisions")),
          Map.entry(Metric.TUNING_VALUE, _ -> Figure.total("retainedLimit")));

  private final String manager;
  private final Map<Figure, Long> figures = new TreeMap<>();

  private MetricFigures(String manager) {
    this.manager = manager;
  }

  /** Reads all metrics of a manager as OpenTelemetry hands them to exporters. */
  static Map<Figure, Long> read(InMemoryMetricReader reader, String manager) {
    MetricFigures read = new MetricFigures(manager);
    for (MetricData data : reader.collectAllMetrics()) {
      for (LongPointData point : points(data)) {
        read.add(
            data.getName(),
            attribute -> point.getAttributes().get(AttributeKey.stringKey(attribute)),
            (double) point.getValue());
      }
    }
    return read.withoutLimits();
  }

  /** Returns the value of a metric that a manager has one of. */
  static long value(InMemoryMetricReader reader, Metric metric, String manager) {
    AttributeKey<String> key = AttributeKey.stringKey(Attributes.MANAGER_NAME);
    return reader.collectAllMetrics().stream()
        .filter(data -> data.getName().equals(metric.metricName()))
        .flatMap(data -> points(data).stream())
        .filter(point -> manager.equals(point.getAttributes().get(key)))
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  private static Collection<LongPointData> points(MetricData data) {
    return switch (data.getType()) {
      case LONG_SUM -> data.getLongSumData().getPoints();
      case LONG_GAUGE -> data.getLongGaugeData().getPoints();
      default -> List.of();
    };
  }

  /** Reads all meters of a manager. */
  static Map<Figure, Long> read(MeterRegistry registry, String manager) {
    MetricFigures read = new MetricFigures(manager);
    for (Meter meter : registry.getMeters()) {
      for (Measurement measurement : meter.measure()) {
        read.add(meter.getId().getName(), meter.getId()::getTag, measurement.getValue());
      }
    }
    return read.withoutLimits();
  }

  private void add(String name, Function<String, String> attributes, double value) {
    Metric metric = Metric.named(name).orElseThrow();
    if (manager.equals(attributes.apply(Attributes.MANAGER_NAME))
        && !OF_OTHERS.matcher(name).matches()) {
      String own =
          metric.attributes().isEmpty() ? "" : attributes.apply(metric.attributes().getFirst());
      Function<String, Figure> figure = FIGURES.get(metric);
      assertThat(figure).as("the figure that %s shows", metric).isNotNull();
      figures.put(figure.apply(own), (long) value);
    }
  }

  /** A budget without a limit has no point for it, where all others have one of 2^63 - 1. */
  private Map<Figure, Long> withoutLimits() {
    for (Figure figure : List.copyOf(figures.keySet())) {
      if (figure.part() == Part.BUDGET) {
        figures.putIfAbsent(Figure.budget(figure.of(), "hard"), Long.MAX_VALUE);
      }
    }
    return figures;
  }
}
