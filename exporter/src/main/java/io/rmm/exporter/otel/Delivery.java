package io.rmm.exporter.otel;

/**
 * What becomes of telemetry after it has been handed over; the API alone does not tell.
 *
 * <p>Known where {@link OtlpTelemetry} has made the exporters, and not for an instance that the
 * program brought.
 */
interface Delivery {

  /** Nothing is known. */
  Delivery UNKNOWN =
      new Delivery() {
        @Override
        public long lostEvents(String manager) {
          return 0;
        }

        @Override
        public long failedExports() {
          return 0;
        }

        @Override
        public String lastFailure() {
          return "";
        }

        @Override
        public void flushMetrics() {}
      };

  /** Returns the number of events of {@code manager} that were handed over and then lost. */
  long lostEvents(String manager);

  /** Returns the number of exports, for all managers, that an endpoint did not take. */
  long failedExports();

  /** Returns why the latest of these failed, in a few words; empty if none has. */
  String lastFailure();

  /** Sends the metrics as they are now, and waits for that a moment, unless there is no hope. */
  void flushMetrics();
}
