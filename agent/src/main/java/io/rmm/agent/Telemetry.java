package io.rmm.agent;

import java.lang.instrument.Instrumentation;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is shown in OpenTelemetry and Micrometer, where it was asked for; else nothing of them is
 * loaded.
 *
 * <p>All of it uses the program's logging, and lets the program begin that first. By then it has
 * set up the JDK's HTTP client and TLS, too, if it wants these to be otherwise.
 *
 * <p>Used by the agent's thread alone.
 */
final class Telemetry implements AutoCloseable {

  private final ForeignMemory memory;
  private final Instrumentation instrumentation;
  private final AgentOptions options;
  private final ProgramLogging logging;
  private boolean waits;
  private @Nullable OtlpSender sender;
  private @Nullable ProgramLibraries libraries;

  /**
   * Makes it; nothing is shown yet.
   *
   * @param late whether the program runs already
   */
  Telemetry(
      ForeignMemory memory, Instrumentation instrumentation, AgentOptions options, boolean late) {
    this.memory = memory;
    this.instrumentation = instrumentation;
    this.options = options;
    this.waits = options.asksForTelemetry();
    this.logging = new ProgramLogging(late);
  }

  /** Called often: begins when it is time, and then looks for libraries that have come. */
  void tick() {
    try {
      if (waits && logging.hasBegun()) {
        waits = false;
        begin();
      }
      if (libraries != null) {
        libraries.look();
      }
    } catch (IllegalArgumentException e) { // a setting is wrong
      AgentLog.say("memory is not shown in OpenTelemetry: " + e.getMessage());
    } catch (Exception | LinkageError e) {
      AgentLog.warn("memory is not shown in OpenTelemetry or Micrometer", e);
    }
  }

  private void begin() throws ReflectiveOperationException {
    Set<ProgramLibrary> wanted = EnumSet.noneOf(ProgramLibrary.class);
    if (options.opentelemetry()) {
      wanted.add(ProgramLibrary.OPENTELEMETRY);
    }
    if (options.micrometer()) {
      wanted.add(ProgramLibrary.MICROMETER);
    }
    if (!wanted.isEmpty()) {
      libraries = new ProgramLibraries(memory, instrumentation, wanted);
    }
    if (!options.otlp().isEmpty()) {
      sender = OtlpSender.begin(memory, options.otlp());
    }
  }

  @Override
  public void close() {
    if (libraries != null) {
      libraries.close();
    }
    if (sender != null) {
      sender.close();
    }
  }
}
