package io.rmm.exporter.otel;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * The telemetry of a process that sends it nowhere: metrics as of the moment when they are asked
 * for, and the last {@value #MOST_EVENTS} events.
 *
 * <p>What is shown has gone the whole way through the SDK, as it would to a backend. No thread and
 * no clock: nothing is collected until somebody asks. Safe for use by several threads.
 */
public final class InProcessTelemetry {

  /** The most events that are kept; older ones make room for newer ones. */
  public static final int MOST_EVENTS = 256;

  private volatile CollectionRegistration registration = CollectionRegistration.noop();
  private final Deque<LogRecordData> events = new ArrayDeque<>();

  InProcessTelemetry() {}

  /** Collects all metrics now; sums are cumulative. */
  public Collection<MetricData> metrics() {
    return registration.collectAllMetrics();
  }

  /** Returns the last events, the oldest first. */
  public List<LogRecordData> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  MetricReader reader() {
    return new MetricReader() {
      @Override
      public void register(CollectionRegistration given) {
        registration = given;
      }

      @Override
      public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
        return AggregationTemporality.CUMULATIVE;
      }

      @Override
      public CompletableResultCode forceFlush() {
        return CompletableResultCode.ofSuccess();
      }

      @Override
      public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
      }
    };
  }

  LogRecordProcessor processor() {
    return new LogRecordProcessor() {
      @Override
      public void onEmit(Context context, ReadWriteLogRecord record) {
        synchronized (events) {
          if (events.size() == MOST_EVENTS) {
            events.removeFirst();
          }
          events.addLast(record.toLogRecordData());
        }
      }
    };
  }
}
