package io.rmm.exporter.metrics;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.Metric;
import io.rmm.jmx.ProcessMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The metrics of the process and its container, from the native-memory ledger.
 *
 * <p>The ledger is {@code rmm-jmx}'s, because it is made of what the platform's beans tell. A user
 * who leaves that out, as one may, has none of these metrics and all others; so only the nested
 * class names it.
 *
 * <p>Reading never waits: the ledger samples in a thread of its own while it is read. What has no
 * value, as the limit where there is none, or all of it before the first sample, gives no point.
 */
public final class ProcessMetrics implements AutoCloseable {

  private static final String LEDGER = "io.rmm.jmx.ProcessMemory";

  private final Supplier<List<MetricPoint>> reading;
  private final Runnable end;

  private ProcessMetrics(Supplier<List<MetricPoint>> reading, Runnable end) {
    this.reading = reading;
    this.end = end;
  }

  /** Opens the ledger for a view of {@code source}, and has the first sample taken. */
  public static ProcessMetrics of(MemorySource source) {
    if (!isLedgerThere()) {
      return new ProcessMetrics(List::of, () -> {});
    }
    OfLedger ledger = new OfLedger(source);
    ledger.read();
    return new ProcessMetrics(ledger::read, ledger::close);
  }

  private static boolean isLedgerThere() {
    try {
      Class.forName(LEDGER, false, ProcessMetrics.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Reads the points there are. */
  public List<MetricPoint> read() {
    return reading.get();
  }

  /** Ends the reading. Closing once more does nothing. */
  @Override
  public void close() {
    end.run();
  }

  private static final class OfLedger {

    private final ProcessMemory memory;

    OfLedger(MemorySource source) {
      this.memory = ProcessMemory.open(source);
    }

    List<MetricPoint> read() {
      List<MetricPoint> points = new ArrayList<>();
      memory
          .containerLimit()
          .ifPresent(limit -> points.add(new MetricPoint(Metric.CONTAINER_LIMIT, "", limit)));
      memory
          .latest()
          .ifPresent(
              sums -> {
                points.add(new MetricPoint(Metric.PROCESS_RESIDENT, "", sums.resident()));
                points.add(new MetricPoint(Metric.PROCESS_EXPLAINED, "", sums.explained()));
                points.add(new MetricPoint(Metric.PROCESS_UNEXPLAINED, "", sums.unexplained()));
              });
      return points;
    }

    void close() {
      memory.close();
    }
  }
}
