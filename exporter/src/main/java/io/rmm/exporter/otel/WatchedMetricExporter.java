package io.rmm.exporter.otel;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;

/**
 * Exports, and tells an {@link EndpointWatch} what became of it. Sums are cumulative, so that a
 * failed export costs resolution and no value.
 */
final class WatchedMetricExporter implements MetricExporter {

  private final MetricExporter exporter;
  private final EndpointWatch.Signal watch;

  WatchedMetricExporter(MetricExporter exporter, EndpointWatch.Signal watch) {
    this.exporter = exporter;
    this.watch = watch;
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    CompletableResultCode result = TelemetryWork.get(() -> exporter.export(metrics));
    return result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            watch.delivered();
          } else {
            watch.failed(result.getFailureThrowable());
          }
        });
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return exporter.getAggregationTemporality(instrumentType);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return exporter.getDefaultAggregation(instrumentType);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return exporter.getMemoryMode();
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }

  @Override
  public String toString() {
    return exporter.toString();
  }
}
