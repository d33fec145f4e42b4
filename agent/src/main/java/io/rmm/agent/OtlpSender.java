package io.rmm.agent;

import io.rmm.allocator.MemorySource;
import io.rmm.exporter.otel.OtlpTelemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sends metrics and events to an OTLP endpoint, by an SDK of the agent's own that the program does
 * not see: nor does this see the program's.
 *
 * <p>The environment is the program's, and its settings may name exporters, propagators and a
 * protocol that the agent does not bring. So of these settings only a wish for silence counts.
 *
 * <p>A program that ends has the last values sent first, by a shutdown hook; an agent that ends
 * takes it away.
 */
final class OtlpSender implements AutoCloseable {

  private static final String EXPORTER = "otel.exporter.otlp.";

  /** As settings call them: metrics, and the log records that events are. */
  private static final List<String> SIGNALS = List.of("metrics", "logs");

  private final OtlpTelemetry telemetry;
  private final AutoCloseable view;
  private final Thread lastWords = new Thread(null, this::end, "rmm-agent-last-words", 0, false);

  private OtlpSender(OtlpTelemetry telemetry, MemorySource source) {
    this.telemetry = telemetry;
    this.view = telemetry.view().attach(source);
  }

  /**
   * Begins to send.
   *
   * @param address of the endpoint, or {@link AgentOptions#ENVIRONMENT}
   * @throws IllegalArgumentException if a setting of OpenTelemetry is wrong, or none says where to
   */
  static OtlpSender begin(MemorySource source, String address) {
    OtlpTelemetry telemetry = OtlpTelemetry.create(defaults(), overrides(address));
    try {
      if (telemetry.endpoint().isEmpty()) {
        throw new IllegalArgumentException(
            "the option otlp=env needs an address in OTEL_EXPORTER_OTLP_ENDPOINT");
      }
      OtlpSender sender = new OtlpSender(telemetry, source);
      Runtime.getRuntime().addShutdownHook(sender.lastWords);
      return sender;
    } catch (RuntimeException | Error e) {
      telemetry.close();
      throw e;
    }
  }

  private static Map<String, String> defaults() {
    // The SDK takes this setting for more than the attribute, where both are there.
    return setting("otel.resource.attributes").contains("service.name=")
        ? Map.of()
        : Map.of("otel.service.name", programName());
  }

  private static Map<String, String> overrides(String address) {
    Map<String, String> settings = new HashMap<>();
    settings.put("otel.traces.exporter", "none");
    settings.put("otel.propagators", "none");
    for (String signal : SIGNALS) {
      if (!setting("otel." + signal + ".exporter").isEmpty()
          && !setting("otel." + signal + ".exporter").equals("none")) {
        settings.put("otel." + signal + ".exporter", "otlp");
      }
      if (address.equals(AgentOptions.ENVIRONMENT)) {
        checkProtocol(signal);
      } else {
        String folder = address.endsWith("/") ? address : address + "/";
        settings.put(EXPORTER + signal + ".endpoint", folder + "v1/" + signal);
        settings.put(EXPORTER + signal + ".protocol", "http/protobuf");
      }
    }
    return settings;
  }

  private static void checkProtocol(String signal) {
    String own = setting(EXPORTER + signal + ".protocol");
    if ((own.isEmpty() ? setting(EXPORTER + "protocol") : own).equals("grpc")) {
      throw new IllegalArgumentException(
          "the agent speaks http/protobuf alone, and OTEL_EXPORTER_OTLP_PROTOCOL is grpc; give an"
              + " address for that to the option otlp");
    }
  }

  /** Returns a setting of OpenTelemetry as the SDK reads it; empty if there is none. */
  private static String setting(String name) {
    String variable = name.toUpperCase(Locale.ROOT).replace('.', '_');
    String value = System.getProperty(name, System.getenv(variable));
    return value == null ? "" : value;
  }

  /** Returns the program's main class, or the name of its jar: better than "unknown service". */
  private static String programName() {
    String command = System.getProperty("sun.java.command", "java").split(" ", 2)[0];
    String file = command.substring(command.lastIndexOf('/') + 1);
    return file.endsWith(".jar") ? file.substring(0, file.length() - ".jar".length()) : file;
  }

  /** Sends what has not been sent, and ends the SDK. Ending once more does nothing. */
  private synchronized void end() {
    try (telemetry) {
      view.close();
    } catch (Exception e) {
      AgentLog.warn("the last values were not sent", e);
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(lastWords);
    } catch (IllegalStateException e) {
      return; // the program ends: the hook does it
    }
    end();
  }
}
