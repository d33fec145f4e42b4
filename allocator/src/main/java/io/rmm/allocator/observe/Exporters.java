package io.rmm.allocator.observe;

import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.log.Log;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The exporters that show one source somewhere else. They are asked when somebody reads what they
 * do: so the numbers are those of the moment, and an exporter that is not read costs nothing.
 */
public final class Exporters {

  private final CopyOnWriteArrayList<Supplier<ExporterStatistics>> exporters =
      new CopyOnWriteArrayList<>();

  /** Makes an empty list. */
  public Exporters() {}

  /** Adds {@code exporter} unless it is there. */
  public void add(Supplier<ExporterStatistics> exporter) {
    exporters.addIfAbsent(exporter);
  }

  /** Removes {@code exporter} if it is there, and returns what it has done if it tells. */
  public Optional<ExporterStatistics> remove(Supplier<ExporterStatistics> exporter) {
    return exporters.remove(exporter) ? read(exporter) : Optional.empty();
  }

  /** Asks them all; one that fails is left out. */
  public List<ExporterStatistics> read() {
    return exporters.stream().map(Exporters::read).flatMap(Optional::stream).toList();
  }

  private static Optional<ExporterStatistics> read(Supplier<ExporterStatistics> exporter) {
    try {
      return Optional.of(exporter.get());
    } catch (RuntimeException e) {
      Log.logger().log(System.Logger.Level.DEBUG, "an exporter does not tell what it does", e);
      return Optional.empty();
    }
  }
}
