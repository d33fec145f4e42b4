package io.rmm.jfr;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** The settings of a source, at the beginning of each chunk of a recording. */
@Name(EventNames.CONFIGURATION)
@Label("Configuration")
@Description("A setting in force")
@Period("beginChunk")
@StackTrace(false)
final class ConfigurationEvent extends MemoryEvent {

  @Label("Key")
  @Description("Name of the setting")
  String key = "";

  @Label("Value")
  @Description("Value of the setting")
  String value = "";

  static void commitFor(MemorySource source) {
    String manager = source.name();
    source
        .configuration()
        .forEach(
            (key, value) -> {
              ConfigurationEvent event = new ConfigurationEvent();
              event.manager = manager;
              event.key = key;
              event.value = value;
              event.commit();
            });
  }
}
