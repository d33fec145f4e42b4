package io.rmm.agent.program;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;
import io.rmm.exporter.otel.OpenTelemetryView;

/** Shows a source in the global OpenTelemetry, which is to be set before. */
public final class GlobalOpenTelemetryView implements MemoryView {

  /** Made by the agent, by name. */
  public GlobalOpenTelemetryView() {}

  @Override
  public AutoCloseable attach(MemorySource source) {
    return new OpenTelemetryView(GlobalOpenTelemetry.get()).attach(source);
  }
}
