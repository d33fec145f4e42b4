package io.rmm.exporter.micrometer;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.Metric;
import io.rmm.allocator.signal.Metric.Instrument;
import io.rmm.exporter.metrics.BudgetCap;
import io.rmm.exporter.metrics.MetricPoint;
import io.rmm.exporter.metrics.ProcessMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of a {@link MemorySource} as Micrometer meters.
 *
 * <pre>{@code
 * RmmMetrics metrics = new RmmMetrics(manager);
 * metrics.bindTo(registry);
 * ...
 * metrics.close(); // before or after the manager's own close
 * }</pre>
 *
 * <p>Names are those of {@link Metric}, tagged with {@code rmm.manager.name} and the metric's own
 * attribute. Counters are function counters, everything else is a gauge. The base unit of bytes is
 * set and that of counts is not, because Micrometer appends it to the name: so a Prometheus scrape
 * gives {@code rmm_memory_used_bytes} and {@code rmm_allocations_total}, as the OpenTelemetry path
 * does. {@code rmm.telemetry.sent} and {@code .dropped} are absent: they count the events of the
 * OpenTelemetry view, and meters carry no events.
 *
 * <p><b>One snapshot a scrape.</b> Micrometer asks each meter by itself and does not say where a
 * scrape begins, so a snapshot is kept for {@value #FRESH_MILLIS} ms of the registry's clock: the
 * meters of one scrape agree with each other, and fifty meters cost one snapshot.
 *
 * <p><b>Budgets that come later</b> are noticed when a snapshot is taken: their meters are there
 * for the scrape after the first that follows their creation. So it is with those of the process,
 * if {@code rmm-jmx} is there to tell them: they come with the first sample of its ledger. Beyond
 * {@value BudgetCap#DEFAULT_NAMED} budgets the rest is added up as {@value BudgetCap#OTHER}, see
 * {@link BudgetCap}.
 *
 * <p>The meters hold the source until {@link #close()}: a binder that nobody else keeps goes on
 * working, which with Micrometer's weak references it would not. Safe for use by several threads.
 */
public final class RmmMetrics implements MeterBinder, AutoCloseable {

  /** How long, in milliseconds, a snapshot serves. */
  static final long FRESH_MILLIS = 100;

  private final MemorySource source;
  private final List<Binding> bindings = new ArrayList<>();
  private boolean closed;

  /** Makes a binder for {@code source}; nothing is read before {@link #bindTo}. */
  public RmmMetrics(MemorySource source) {
    this.source = source;
  }

  /**
   * Registers the meters; a binder may be bound to several registries.
   *
   * @throws IllegalStateException if the binder is closed, or if the registry shows a source of
   *     that name already: the meters of both would be the same
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (closed) {
      throw new IllegalStateException("the metrics of " + source.name() + " are closed");
    }
    if (registry
            .find(Metric.MEMORY_COMMITTED.metricName())
            .tag(Attributes.MANAGER_NAME, source.name())
            .meter()
        != null) {
      throw new IllegalStateException(
          "the registry has the metrics of a memory source named " + source.name() + " already");
    }
    bindings.add(new Binding(source, registry));
  }

  /** Removes the meters from all registries. Closing once more does nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    bindings.forEach(Binding::close);
    bindings.clear();
  }

  /**
   * The meters in one registry, and the values that they show. The registry is never called with
   * this lock held: it has locks of its own, and calls the meters.
   */
  private static final class Binding {

    private final MemorySource source;
    private final MeterRegistry registry;
    private final Clock clock;
    private final BudgetCap budgets = new BudgetCap(BudgetCap.DEFAULT_NAMED);
    private final ProcessMetrics process;
    private final Map<Series, Meter> meters = new ConcurrentHashMap<>();
    private Reading reading;
    private volatile boolean closed;

    Binding(MemorySource source, MeterRegistry registry) {
      this.source = source;
      this.registry = registry;
      this.clock = registry.config().clock();
      this.process = ProcessMetrics.of(source);
      try {
        this.reading = read();
        registerNew(reading);
      } catch (Throwable e) {
        removeAll();
        process.close(); // or the ledger would hold the source for ever
        throw e;
      }
    }

    /** Returns NaN where there is none any more, as when a budget's limit has been lifted. */
    private double value(Series series) {
      Reading current = current();
      if (!closed) {
        registerNew(current);
      }
      Long value = current.values().get(series);
      return value == null ? Double.NaN : value;
    }

    private synchronized Reading current() {
      long age = clock.monotonicTime() - reading.nanos();
      if (!closed && age >= TimeUnit.MILLISECONDS.toNanos(FRESH_MILLIS)) {
        reading = read();
      }
      return reading;
    }

    private Reading read() {
      MemorySnapshot snapshot = source.snapshot();
      Map<Series, Long> values = new HashMap<>();
      for (MetricPoint point : MetricPoint.read(snapshot, budgets.apply(snapshot.budgets()))) {
        values.put(new Series(point.metric(), point.attribute()), point.value());
      }
      for (MetricPoint point : process.read()) {
        values.put(new Series(point.metric(), point.attribute()), point.value());
      }
      return new Reading(clock.monotonicTime(), values);
    }

    private void registerNew(Reading current) {
      for (Series series : current.values().keySet()) {
        if (!meters.containsKey(series)) {
          meters.put(series, register(series)); // registering twice gives the same meter
        }
      }
      if (closed) {
        removeAll();
      }
    }

    private Meter register(Series series) {
      Metric metric = series.metric();
      Tags tags = Tags.of(Attributes.MANAGER_NAME, source.name());
      if (!series.attribute().isEmpty()) {
        tags = tags.and(Tag.of(MetricPoint.attributeKey(metric), series.attribute()));
      }
      String unit = metric.unit().equals("By") ? BaseUnits.BYTES : null;
      if (metric.instrument() == Instrument.COUNTER) {
        return FunctionCounter.builder(metric.metricName(), this, _ -> value(series))
            .description(metric.description())
            .baseUnit(unit)
            .tags(tags)
            .register(registry);
      }
      return Gauge.builder(metric.metricName(), () -> value(series))
          .description(metric.description())
          .baseUnit(unit)
          .tags(tags)
          .register(registry);
    }

    void close() {
      closed = true;
      removeAll();
      process.close();
    }

    private void removeAll() {
      meters.values().forEach(registry::remove);
      meters.clear();
    }
  }

  private record Reading(long nanos, Map<Series, Long> values) {}

  private record Series(Metric metric, String attribute) {}
}
