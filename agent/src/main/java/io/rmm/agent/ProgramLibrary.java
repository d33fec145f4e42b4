package io.rmm.agent;

import java.lang.reflect.Field;
import jdk.internal.misc.Unsafe;

/** A telemetry library that the program may have, with one instance for all of the program. */
enum ProgramLibrary {
  /** Its global registry can be used at any time: registries that are added later get all of it. */
  MICROMETER(
      "Micrometer",
      "io.micrometer.core.instrument.Metrics",
      "io.rmm.agent.program.GlobalMicrometer"),

  /**
   * Its global instance must not be asked for before the program has set it: that would set it to
   * one that does nothing, and the program's own setting would fail.
   */
  OPENTELEMETRY(
      "OpenTelemetry",
      "io.opentelemetry.api.GlobalOpenTelemetry",
      "io.rmm.agent.program.GlobalOpenTelemetryView") {
    @Override
    boolean isSet(Class<?> holder) throws ReflectiveOperationException {
      try {
        return (Boolean) holder.getMethod("isSet").invoke(null);
      } catch (NoSuchMethodException e) { // before 1.57
        Field instance = holder.getDeclaredField("globalOpenTelemetry");
        instance.setAccessible(true);
        return instance.get(null) != null;
      }
    }
  };

  /** As users call it. */
  final String displayName;

  /** The class that holds the instance. */
  final String holder;

  /** The agent's view that shows memory there. */
  final String view;

  ProgramLibrary(String displayName, String holder, String view) {
    this.displayName = displayName;
    this.holder = holder;
    this.view = view;
  }

  /** Tells whether the program has made the instance. Initializes nothing. */
  boolean isReady(Class<?> holder) throws ReflectiveOperationException {
    return !Unsafe.getUnsafe().shouldBeInitialized(holder) && isSet(holder);
  }

  /** Tells whether {@code holder}, which is initialized, has the instance. */
  boolean isSet(Class<?> holder) throws ReflectiveOperationException {
    return true;
  }
}
