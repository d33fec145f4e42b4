package io.rmm.allocator;

import java.util.LinkedHashMap;
import java.util.Map;

/** The settings of a manager by name, as {@link MemorySource#configuration()} gives them. */
final class Configuration {

  private final Safety safety;
  private final Engine engine;

  Configuration(Safety safety, Engine engine) {
    this.safety = safety;
    this.engine = engine;
  }

  /** Returns all settings, those that may change as they are now. */
  Map<String, String> read() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("version", version());
    settings.put("safetyMode", safety.mode().name());
    if (safety.isQuarantining()) {
      settings.put("quarantine", Long.toString(safety.quarantineBytes()));
    }
    settings.put("pageSource", engine.source().name());
    settings.put("guardBudget", Long.toString(safety.guardBudget()));
    settings.put("sampleInterval", Long.toString(engine.sampler().interval()));
    BudgetLimits limits = engine.budgets().root().limits();
    settings.put("hardLimit", Long.toString(limits.hard()));
    settings.put("softLimit", Long.toString(limits.soft()));
    settings.put("minimum", Long.toString(limits.minimum()));
    return Map.copyOf(settings);
  }

  private static String version() {
    String version = MemoryManager.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
