package io.rmm.exporter.otel;

import static io.rmm.allocator.signal.Attributes.MANAGER_NAME;
import static io.rmm.allocator.signal.Attributes.SCOPE;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.metrics.BatchCallback;
import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;
import io.rmm.allocator.signal.LogEvent;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.metrics.BudgetCap;
import io.rmm.exporter.metrics.MetricPoint;
import io.rmm.exporter.metrics.ProcessMetrics;
import java.time.Duration;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Shows memory sources in OpenTelemetry: every {@link Metric} of the registry, and every {@link
 * LogEvent} as a log record with an event name.
 *
 * <pre>{@code
 * MemoryManager manager =
 *     MemoryManager.builder().view(new OpenTelemetryView(openTelemetry)).build();
 * }</pre>
 *
 * <p><b>Metrics</b> are asynchronous: nothing is recorded where memory is allocated. For each
 * collection of each reader one callback takes one snapshot of the source and records all values
 * from it, so that they agree with each other; those of the process are the latest sample of the
 * ledger, if {@code rmm-jmx} is there. No ratios are exported: sums and quotients over processes
 * can be formed of parts, but not of ratios. Values of a budget include its descendants'; the root,
 * {@code root}, has the total. Beyond {@value BudgetCap#DEFAULT_NAMED} budgets the rest is added up
 * as {@value BudgetCap#OTHER}, so that a source has 113 series at the most.
 *
 * <p><b>Events</b> are handed over by a thread of the source's own, see {@link EventForwarder}: the
 * first three of each cause in full, further ones as a number ({@code rmm.event.count}) every half
 * minute. Records carry the trace in which the event happened. {@code rmm.telemetry.sent} counts
 * the events handed over, {@code rmm.telemetry.dropped} those that were not and those that are
 * known to have been lost afterwards.
 *
 * <p>An OpenTelemetry instance that blocks or fails costs telemetry and never the thread that uses
 * memory. Needs the API only; safe for use by several threads.
 */
public final class OpenTelemetryView implements MemoryView {

  private final Logger logger;
  private final Instruments instruments;
  private final int namedBudgets;
  private final Duration repeatsInterval;
  private final Delivery delivery;
  private final Set<String> shown = ConcurrentHashMap.newKeySet();

  /** Makes a view that shows sources in {@code openTelemetry}. */
  public OpenTelemetryView(OpenTelemetry openTelemetry) {
    this(openTelemetry, BudgetCap.DEFAULT_NAMED);
  }

  /**
   * Makes a view with a cap of its own.
   *
   * @param namedBudgets the number of budgets of a source that have series of their own, from 1 to
   *     {@value BudgetCap#MOST_NAMED}; each has four
   * @throws IllegalArgumentException if the number is not in that range
   */
  public OpenTelemetryView(OpenTelemetry openTelemetry, int namedBudgets) {
    this(openTelemetry, namedBudgets, EventForwarder.REPEATS_INTERVAL, Delivery.UNKNOWN);
  }

  OpenTelemetryView(
      OpenTelemetry openTelemetry, int namedBudgets, Duration repeatsInterval, Delivery delivery) {
    this.logger = openTelemetry.getLogsBridge().loggerBuilder(SCOPE).build();
    this.instruments = new Instruments(openTelemetry.getMeter(SCOPE));
    this.namedBudgets = BudgetCap.check(namedBudgets);
    this.repeatsInterval = repeatsInterval;
    this.delivery = delivery;
  }

  /**
   * Begins to show {@code source}.
   *
   * @throws IllegalStateException if the view shows a source of that name already: the points of
   *     both would be the same series
   */
  @Override
  public AutoCloseable attach(MemorySource source) {
    if (!shown.add(source.name())) {
      throw new IllegalStateException(
          "OpenTelemetry shows a memory source with the name " + source.name() + " already");
    }
    try {
      return new Attachment(source);
    } catch (Throwable e) {
      shown.remove(source.name());
      throw e;
    }
  }

  /** What shows one source. */
  private final class Attachment implements AutoCloseable {

    private final MemorySource source;
    private final BudgetCap budgets = new BudgetCap(namedBudgets);
    private final EventForwarder events;
    private final ProcessMetrics process;
    private final BatchCallback reading;
    private final Supplier<ExporterStatistics> statistics = this::statistics;
    private final AtomicBoolean closed = new AtomicBoolean();

    Attachment(MemorySource source) {
      this.source = source;
      this.events = new EventForwarder(source.name(), logger, repeatsInterval);
      events.offer(
          Event.of(LogEvent.MANAGER_STARTED, new TreeMap<>(source.configuration()).toString()));
      this.process = ProcessMetrics.of(source);
      try {
        this.reading = instruments.read(() -> TelemetryWork.run(this::record));
        events.start();
        source.addListener(events);
        source.addExporter(statistics);
      } catch (Throwable e) {
        process.close(); // or the ledger would hold the source for ever
        throw e;
      }
    }

    private void record() {
      MemorySnapshot snapshot = source.snapshot();
      for (MetricPoint point : MetricPoint.read(snapshot, budgets.apply(snapshot.budgets()))) {
        record(point.metric(), point.attribute(), point.value());
      }
      for (MetricPoint point : process.read()) {
        record(point.metric(), point.attribute(), point.value());
      }
      ExporterStatistics handedOver = statistics();
      record(Metric.TELEMETRY_SENT, "", handedOver.sent());
      record(Metric.TELEMETRY_DROPPED, "", handedOver.dropped());
    }

    private ExporterStatistics statistics() {
      String failure = delivery.lastFailure();
      return new ExporterStatistics(
          "opentelemetry",
          events.sent(),
          events.dropped() + delivery.lostEvents(source.name()),
          delivery.failedExports(),
          events.queued(),
          events.lagNanos(),
          failure.isEmpty() ? events.lastFailure() : failure);
    }

    private void record(Metric metric, String attribute, long value) {
      AttributesBuilder attributes = Attributes.builder().put(MANAGER_NAME, source.name());
      if (!attribute.isEmpty()) {
        attributes.put(MetricPoint.attributeKey(metric), attribute);
      }
      instruments.of(metric).record(value, attributes.build());
    }

    @Override
    public void close() {
      if (!closed.compareAndSet(false, true)) {
        return;
      }
      source.removeListener(events);
      events.insist(Event.of(LogEvent.MANAGER_CLOSED, source.snapshot().toString()));
      events.close();
      delivery.flushMetrics();
      source.removeExporter(statistics); // now it has done all that it does
      reading.close();
      process.close();
      shown.remove(source.name());
    }
  }
}
