package io.rmm.jfr;

import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * How one exporter of a source fares; one event for each. Counters count from its beginning. One
 * that ends before the source has a last event of its own then.
 *
 * <p>The latest error is left to JMX: it may have the address of an endpoint in it, and recordings
 * are made to be given away.
 */
@Name(EventNames.EXPORTER_STATISTICS)
@Label("Exporter Statistics")
@Description("What an exporter has made of the telemetry of a memory manager")
@Period("30 s")
@StackTrace(false)
final class ExporterStatisticsEvent extends MemoryEvent {

  @Label("Exporter")
  @Description("What the exporter is, for example opentelemetry")
  String exporter = "";

  @Label("Sent")
  @Description("Events handed on so far")
  long sent;

  @Label("Dropped")
  @Description("Events so far that were not handed on, or are known to have been lost afterwards")
  long dropped;

  @Label("Failed")
  @Description("Exports, of events or of metrics, that the other end did not take so far")
  long failed;

  @Label("Queued")
  @Description("Events that wait to be handed on")
  long queued;

  @Label("Lag")
  @Description("For how long the oldest of the waiting events has waited, 0 if none waits")
  @Timespan(Timespan.NANOSECONDS)
  long lag;

  /** Commits the event of one exporter of a manager. */
  static void commit(String manager, ExporterStatistics statistics) {
    ExporterStatisticsEvent event = new ExporterStatisticsEvent();
    event.manager = manager;
    event.exporter = statistics.name();
    event.sent = statistics.sent();
    event.dropped = statistics.dropped();
    event.failed = statistics.failed();
    event.queued = statistics.queued();
    event.lag = statistics.lagNanos();
    event.commit();
  }
}
