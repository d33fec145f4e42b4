package io.rmm.exporter.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.MetricNames;
import io.rmm.exporter.ProcessFigures;
import io.rmm.exporter.metrics.MetricPoint;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RmmMetricsTest {

  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final MemoryManager manager =
      MemoryManager.builder().name("orders").discoverViews(false).build();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void showsEveryValueOfASnapshot() {
    Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.hard(4096));
    try (RmmMetrics metrics = new RmmMetrics(manager);
        Block block = tenant.allocate(1000)) {
      assertThatThrownBy(() -> tenant.allocate(8192)).hasMessageContaining("root/tenant");
      manager.allocate(1).close();
      metrics.bindTo(registry);

      MemorySnapshot snapshot = manager.snapshot();
      assertThat(block.isAlive()).isTrue();
      for (MetricPoint point : MetricPoint.read(snapshot, snapshot.budgets())) {
        assertThat(value(registry, point.metric(), point.attribute()))
            .as(point.toString())
            .isEqualTo((double) point.value());
      }
      assertThat(value(registry, Metric.MEMORY_USED, "root/tenant")).isPositive();
      assertThat(value(registry, Metric.ALLOCATION_REJECTIONS, "root/tenant")).isEqualTo(1);
      assertThat(value(registry, Metric.FREES, "")).isEqualTo(1);
    }
  }

  @Test
  void metersOfOneScrapeAgreeAndTheNextScrapeReadsAnew() {
    try (RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(registry);
      try (Block block = manager.allocate(1000)) {
        assertThat(block.isAlive()).isTrue();
        assertThat(value(registry, Metric.ALLOCATIONS, "")).isZero();

        clock.add(Duration.ofMillis(RmmMetrics.FRESH_MILLIS));
        assertThat(value(registry, Metric.ALLOCATIONS, "")).isEqualTo(1);
        assertThat(value(registry, Metric.BLOCKS_LIVE, "")).isEqualTo(1);
      }
      assertThat(value(registry, Metric.BLOCKS_LIVE, "")).as("same scrape").isEqualTo(1);
      clock.add(Duration.ofMillis(RmmMetrics.FRESH_MILLIS));
      assertThat(value(registry, Metric.BLOCKS_LIVE, "")).isZero();
    }
  }

  @Test
  void budgetsAppearAfterTheyHaveBeenCreated() {
    try (RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(registry);
      long before = metersOfBudgets();
      Budget late = manager.rootBudget().child("late", BudgetLimits.hard(4096));

      clock.add(Duration.ofMillis(RmmMetrics.FRESH_MILLIS));
      value(registry, Metric.BLOCKS_LIVE, ""); // any reading notices it

      assertThat(metersOfBudgets()).isEqualTo(before + 4);
      assertThat(value(registry, Metric.MEMORY_LIMIT, "root/late")).isEqualTo(4096);

      late.setLimits(BudgetLimits.unlimited());
      clock.add(Duration.ofMillis(RmmMetrics.FRESH_MILLIS));
      assertThat(value(registry, Metric.MEMORY_LIMIT, "root/late")).isNaN();
    }
  }

  @Test
  void closeRemovesTheMetersFromAllRegistriesAndNothingElse() {
    SimpleMeterRegistry other = new SimpleMeterRegistry();
    registry.counter("mine").increment();
    RmmMetrics metrics = new RmmMetrics(manager);
    metrics.bindTo(registry);
    metrics.bindTo(other);
    Gauge kept = gauge(registry, Metric.BLOCKS_LIVE);

    metrics.close();
    metrics.close();

    assertThat(registry.getMeters())
        .extracting(meter -> meter.getId().getName())
        .containsExactly("mine");
    assertThat(other.getMeters()).isEmpty();
    // Somebody may still hold a meter: reading it must not bring the others back.
    clock.add(Duration.ofSeconds(1));
    assertThat(kept.value()).isZero();
    assertThat(registry.getMeters()).hasSize(1);
    assertThatIllegalStateException()
        .isThrownBy(() -> metrics.bindTo(other))
        .withMessage("the metrics of orders are closed");
  }

  @Test
  void bindingTheSameManagerTwiceIsRefused() {
    try (RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(registry);
      try (RmmMetrics again = new RmmMetrics(manager)) {
        assertThatIllegalStateException()
            .isThrownBy(() -> again.bindTo(registry))
            .withMessage("the registry has the metrics of a memory source named orders already");
      }
      assertThat(gauge(registry, Metric.BLOCKS_LIVE)).as("the first one's").isNotNull();
    }
  }

  @Test
  void tagsSayNothingThatChangesWithARestart() {
    try (RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(registry);
      Set<String> tags = new TreeSet<>();
      for (Meter meter : registry.getMeters()) {
        for (Tag tag : meter.getId().getTags()) {
          tags.add(tag.getKey());
        }
      }
      assertThat(tags)
          .containsExactly(
              Attributes.BUDGET_NAME,
              Attributes.MANAGER_NAME,
              Attributes.MISUSE_KIND,
              Attributes.TUNING_KNOB);
    }
  }

  @Test
  void prometheusNamesAreThoseOfTheTable() {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    manager.rootBudget().child("tenant", BudgetLimits.hard(4096)); // so that there is a limit
    try (RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(prometheus);
      Block block = manager.allocate(100);
      block.close();
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
      Set<Metric> figures = ProcessFigures.here(manager);
      await()
          .until(
              () -> {
                prometheus.scrape(); // finds what is new
                return prometheus.getMeters().stream()
                        .filter(meter -> meter.getId().getName().startsWith("rmm.process."))
                        .count()
                    == figures.stream()
                        .filter(metric -> metric.metricName().startsWith("rmm.process."))
                        .count();
              });

      String scrape = prometheus.scrape();

      Set<String> names = new TreeSet<>();
      scrape
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> names.add(line.substring(0, line.indexOf('{'))));
      assertThat(names)
          .containsExactlyInAnyOrderElementsOf(
              MetricNames.all().stream()
                  .filter(MetricNames::isInMicrometer)
                  .filter(metric -> !metric.isMissingFrom(figures))
                  .map(MetricNames::prometheusName)
                  .toList());
      assertThat(scrape)
          .contains(
              "rmm_memory_limit_bytes{rmm_budget_name=\"root/tenant\",rmm_manager_name=\"orders\"}");
    }
  }

  @Test
  void figuresOfTheProcessAppearWithTheFirstSample() {
    try (RmmMetrics metrics = new RmmMetrics(manager)) {
      metrics.bindTo(registry);
      Set<Metric> figures = ProcessFigures.here(manager);
      clock.add(Duration.ofMillis(RmmMetrics.FRESH_MILLIS));
      value(registry, Metric.BLOCKS_LIVE, ""); // any reading notices them

      for (Metric figure : figures) {
        assertThat(value(registry, figure, "")).as(figure.metricName()).isNotNegative();
      }
      if (figures.contains(Metric.PROCESS_RESIDENT)) {
        assertThat(value(registry, Metric.PROCESS_RESIDENT, ""))
            .isPositive()
            .isEqualTo(
                value(registry, Metric.PROCESS_EXPLAINED, "")
                    + value(registry, Metric.PROCESS_UNEXPLAINED, ""));
      }
    }
  }

  private long metersOfBudgets() {
    return registry.getMeters().stream()
        .filter(meter -> meter.getId().getTag(Attributes.BUDGET_NAME) != null)
        .count();
  }

  private static double value(MeterRegistry registry, Metric metric, String attribute) {
    var search = registry.get(metric.metricName()).tag(Attributes.MANAGER_NAME, "orders");
    if (!attribute.isEmpty()) {
      search = search.tag(MetricPoint.attributeKey(metric), attribute);
    }
    Meter meter = search.meter();
    return switch (meter) {
      case Gauge gauge -> gauge.value();
      case FunctionCounter counter -> counter.count();
      default -> throw new AssertionError(meter);
    };
  }

  private static Gauge gauge(MeterRegistry registry, Metric metric) {
    return registry.get(metric.metricName()).gauge();
  }
}
