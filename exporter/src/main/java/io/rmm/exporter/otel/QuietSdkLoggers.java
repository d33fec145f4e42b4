package io.rmm.exporter.otel;

import io.opentelemetry.api.OpenTelemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the SDK from logging what {@link EndpointWatch} says in one line.
 *
 * <p>For each failed export the SDK logs the whole stack of three nested exceptions at level
 * SEVERE, five times a minute for metrics and for logs each, and a bad setting is logged as well as
 * thrown. Its loggers are given a filter that lets such records through only where their level is
 * set to FINE or lower. Others that use the same SDK classes are quietened, too; so this is done by
 * {@link OtlpTelemetry} only, and undone by its close. An SDK of another class loader, which has
 * loggers of the same names, is not.
 */
final class QuietSdkLoggers implements AutoCloseable {

  private static final List<String> NAMES =
      List.of(
          "io.opentelemetry.exporter.otlp.internal.HttpExporter",
          "io.opentelemetry.exporter.otlp.internal.GrpcExporter",
          "io.opentelemetry.exporter.sender.jdk.internal.JdkHttpSender",
          "io.opentelemetry.sdk.metrics.export.PeriodicMetricReader",
          "io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder");

  /** How the SDK begins to tell of a status. */
  private static final String ANSWER = "Server responded with ";

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  // Held here, because the log manager holds loggers weakly, and their filters with them.
  private final Map<Logger, Quiet> filters = new HashMap<>();
  private final Consumer<String> answers;
  private volatile boolean open = true;

  /**
   * Quietens the loggers.
   *
   * @param answers is told what the SDK says about an answer of an endpoint that was no success;
   *     the failed result itself does not have the status
   */
  QuietSdkLoggers(Consumer<String> answers) {
    this.answers = answers;
    for (String name : NAMES) {
      Logger logger = Logger.getLogger(name);
      Quiet filter = new Quiet(logger, logger.getFilter());
      logger.setFilter(filter);
      filters.put(logger, filter);
    }
  }

  @Override
  public void close() {
    open = false; // for a filter that must stay because another stands on it
    filters.forEach(
        (logger, filter) -> {
          if (filter.equals(logger.getFilter())) {
            logger.setFilter(filter.before);
          }
        });
  }

  private final class Quiet implements Filter {

    private final Logger logger;
    private final @Nullable Filter before;

    Quiet(Logger logger, @Nullable Filter before) {
      this.logger = logger;
      this.before = before;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
      boolean heard = open && isOfThisSdk();
      String message = String.valueOf(record.getMessage());
      if (heard && message.contains(ANSWER)) {
        answers.accept(message.substring(message.indexOf(ANSWER)));
      }
      return (!heard || logger.isLoggable(Level.FINE))
          && (before == null || before.isLoggable(record));
    }

    /** Filters are asked by the thread that logs: so who does is on its stack. */
    private boolean isOfThisSdk() {
      return STACK.walk(
          frames ->
              frames
                  .map(StackWalker.StackFrame::getDeclaringClass)
                  .filter(type -> type.getName().startsWith("io.opentelemetry."))
                  .findFirst()
                  .map(
                      type ->
                          Objects.equals(
                              type.getClassLoader(), OpenTelemetry.class.getClassLoader()))
                  .orElse(true));
    }
  }
}
