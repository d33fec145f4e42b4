package io.rmm.jmx;

import io.rmm.allocator.ExporterStatistics;
import java.util.List;

/**
 * What the exporters of one source have made of its telemetry, under {@code
 * io.rmm:type=Exporter,manager=name}. Views that hand nothing on, as this one, are none of them.
 *
 * <p>That they have begun to drop events, after a second without any, is sent as a notification of
 * type {@code rmm.telemetry.dropped}, whose user data is the composite data of a {@link
 * DroppedTelemetry}.
 */
@Description("What exporters have made of the telemetry of a memory manager")
public interface ExporterMXBean {

  @Description("Events handed on so far")
  @Measure(units = "events", type = Measure.COUNTER)
  long getSent();

  @Description("Events so far that were not handed on, or are known to have been lost afterwards")
  @Measure(units = "events", type = Measure.COUNTER)
  long getDropped();

  @Description("Exports, of events or of metrics, that the other end did not take so far")
  @Measure(units = "exports", type = Measure.COUNTER)
  long getFailed();

  @Description("Events that wait to be handed on")
  @Measure(units = "events", type = Measure.GAUGE)
  long getQueued();

  @Description("The latest failure of any exporter, empty if there was none")
  String getLastError();

  @Description("The exporters, each by itself")
  List<ExporterStatistics> getExporters();
}
