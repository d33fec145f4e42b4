package io.rmm.exporter.otel;

import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.rmm.allocator.signal.Metric;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The instruments of all metrics of the registry. */
final class Instruments {

  private final Meter meter;
  private final Map<Metric, ObservableLongMeasurement> byMetric = new EnumMap<>(Metric.class);

  Instruments(Meter meter) {
    this.meter = meter;
    for (Metric metric : Metric.values()) {
      byMetric.put(metric, observer(metric));
    }
  }

  ObservableLongMeasurement of(Metric metric) {
    return Objects.requireNonNull(byMetric.get(metric));
  }

  /** Has {@code reading} called once for each collection, to record values of all instruments. */
  BatchCallback read(Runnable reading) {
    ObservableMeasurement[] all = byMetric.values().toArray(new ObservableMeasurement[0]);
    return meter.batchCallback(reading, all[0], Arrays.copyOfRange(all, 1, all.length));
  }

  private ObservableLongMeasurement observer(Metric metric) {
    String name = metric.metricName();
    String description = metric.description();
    return switch (metric.instrument()) {
      case COUNTER ->
          meter
              .counterBuilder(name)
              .setUnit(metric.unit())
              .setDescription(description)
              .buildObserver();
      case UP_DOWN_COUNTER ->
          meter
              .upDownCounterBuilder(name)
              .setUnit(metric.unit())
              .setDescription(description)
              .buildObserver();
      case GAUGE ->
          meter
              .gaugeBuilder(name)
              .ofLongs()
              .setUnit(metric.unit())
              .setDescription(description)
              .buildObserver();
    };
  }
}
