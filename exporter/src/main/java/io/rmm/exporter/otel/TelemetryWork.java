package io.rmm.exporter.otel;

import java.util.function.Supplier;

/**
 * Marks what a thread does as telemetry's own work.
 *
 * <p>An exporter whose buffers come from the very manager that it reports on could misuse memory
 * while it exports, which would be an event, which would be exported, and so on. What happens
 * during marked work is therefore not forwarded. That covers our worker, the reading of the
 * metrics, and the calls into the exporters that {@link OtlpTelemetry} makes. It cannot cover what
 * an exporter does in threads of its own; there {@link Repeats} keeps the loop from turning: the
 * fourth event of one cause is only counted, and the count goes out every half minute.
 */
final class TelemetryWork {

  private static final ScopedValue<Boolean> MARK = ScopedValue.newInstance();

  private TelemetryWork() {}

  static boolean isUnderWay() {
    return MARK.isBound();
  }

  static void run(Runnable work) {
    ScopedValue.where(MARK, true).run(work);
  }

  static <T> T get(Supplier<T> work) {
    return ScopedValue.where(MARK, true).call(work::get);
  }
}
