package io.rmm.exporter.otel;

import static io.rmm.allocator.signal.Attributes.EVENT_COUNT;
import static io.rmm.allocator.signal.Attributes.MANAGER_NAME;
import static io.rmm.allocator.signal.Attributes.SCOPE;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Exports, and tells an {@link EndpointWatch} what became of it.
 *
 * <p>The SDK's batch processor clears a batch whatever its export came to. So a batch that fails
 * here is lost, and each of its events is counted for its manager. One whose answer was lost on the
 * way counts too, although it may have arrived.
 */
final class WatchedLogRecordExporter implements LogRecordExporter {

  private static final AttributeKey<String> MANAGER = AttributeKey.stringKey(MANAGER_NAME);
  private static final AttributeKey<Long> COUNT = AttributeKey.longKey(EVENT_COUNT);

  private final LogRecordExporter exporter;
  private final EndpointWatch.Signal watch;

  WatchedLogRecordExporter(LogRecordExporter exporter, EndpointWatch.Signal watch) {
    this.exporter = exporter;
    this.watch = watch;
  }

  @Override
  public CompletableResultCode export(Collection<LogRecordData> records) {
    // Counted now: the collection is used again for the next batch before a slow answer is there.
    Map<String, Long> events = eventsByManager(records);
    CompletableResultCode result = TelemetryWork.get(() -> exporter.export(records));
    return result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            watch.delivered();
          } else {
            events.forEach(watch::lost);
            watch.failed(result.getFailureThrowable());
          }
        });
  }

  private static Map<String, Long> eventsByManager(Collection<LogRecordData> records) {
    Map<String, Long> events = new HashMap<>();
    for (LogRecordData record : records) {
      String manager = record.getAttributes().get(MANAGER);
      if (manager != null && record.getInstrumentationScopeInfo().getName().equals(SCOPE)) {
        Long count = record.getAttributes().get(COUNT);
        events.merge(manager, count == null ? 1 : count, Long::sum);
      }
    }
    return events;
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
