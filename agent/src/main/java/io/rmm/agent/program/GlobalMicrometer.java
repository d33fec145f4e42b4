package io.rmm.agent.program;

import io.micrometer.core.instrument.Metrics;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;
import io.rmm.exporter.micrometer.RmmMetrics;

/** Shows a source in Micrometer's global registry. */
public final class GlobalMicrometer implements MemoryView {

  /** Made by the agent, by name. */
  public GlobalMicrometer() {}

  @Override
  public AutoCloseable attach(MemorySource source) {
    RmmMetrics metrics = new RmmMetrics(source);
    metrics.bindTo(Metrics.globalRegistry);
    return metrics;
  }
}
