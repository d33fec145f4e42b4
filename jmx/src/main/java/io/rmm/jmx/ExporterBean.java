package io.rmm.jmx;

import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemorySource;
import java.util.List;
import java.util.function.ToLongFunction;

/** The exporters of a source. {@link #look} belongs to one thread. */
final class ExporterBean implements ExporterMXBean {

  private final MemorySource source;
  private final BeanNotifications notifications;
  private long droppedBefore;
  private boolean dropping;

  ExporterBean(MemorySource source, BeanNotifications notifications) {
    this.source = source;
    this.notifications = notifications;
  }

  /** Tells if events have been dropped since the last look, and none before that. */
  void look() {
    long dropped = getDropped();
    long droppedNow = dropped - droppedBefore;
    if (droppedNow > 0 && !dropping) {
      notifications.send(
          "Exporters of " + source.name() + " have dropped " + droppedNow + " events",
          System.currentTimeMillis(),
          new DroppedTelemetry(dropped, droppedNow, getLastError()));
    }
    dropping = droppedNow > 0;
    droppedBefore = dropped;
  }

  private long sum(ToLongFunction<ExporterStatistics> count) {
    return source.exporters().stream().mapToLong(count).sum();
  }

  @Override
  public long getSent() {
    return sum(ExporterStatistics::sent);
  }

  @Override
  public long getDropped() {
    return sum(ExporterStatistics::dropped);
  }

  @Override
  public long getFailed() {
    return sum(ExporterStatistics::failed);
  }

  @Override
  public long getQueued() {
    return sum(ExporterStatistics::queued);
  }

  @Override
  public String getLastError() {
    return source.exporters().stream()
        .map(ExporterStatistics::lastError)
        .filter(error -> !error.isEmpty())
        .findFirst()
        .orElse("");
  }

  @Override
  public List<ExporterStatistics> getExporters() {
    return source.exporters();
  }
}
