package io.rmm.jfr;

import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;

/**
 * Commits {@link ExporterStatisticsEvent}s in order: what an exporter was asked before its end is
 * never committed after its last event. A class of its own, since an event class must have no
 * static field.
 */
final class ExporterStates {

  /** Held while exporters are asked and their events committed. */
  private static final Object ORDER = new Object();

  private ExporterStates() {}

  /** Commits the state of each exporter of a source. */
  static void commitFor(MemorySource source) {
    if (!new ExporterStatisticsEvent().isEnabled()) {
      return; // nobody is asked for nothing
    }
    synchronized (ORDER) {
      source
          .exporters()
          .forEach(statistics -> ExporterStatisticsEvent.commit(source.name(), statistics));
    }
  }

  /** Makes the listener that commits the last event of an exporter. */
  static MemoryListener endListener(String manager) {
    return new MemoryListener() {
      @Override
      public void onExporterEnd(ExporterStatistics last) {
        synchronized (ORDER) {
          ExporterStatisticsEvent.commit(manager, last);
        }
      }
    };
  }
}
