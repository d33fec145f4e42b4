package io.rmm.allocator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Anything that can tell who holds which memory. {@link MemoryManager} is one.
 *
 * <p>Views (Flight Recorder, JMX, OpenTelemetry and so on) know this interface and nothing else of
 * a source, so that each of them serves every source alike. All methods may be called by any
 * thread.
 */
public interface MemorySource {

  /** Returns the source's name, by which views tell sources apart. */
  String name();

  /**
   * Returns the totals, budgets, size classes and thread heaps of this moment. A source that does
   * not know a rung of the ladder gives it the value of the rung below.
   */
  MemorySnapshot snapshot();

  /** Returns the estimated live and allocated bytes by site. */
  SiteProfile profile();

  /** Returns the settings in force, name to value; empty unless the source has any to tell. */
  default Map<String, String> configuration() {
    return Map.of();
  }

  /**
   * Tells whether {@code address} lies in address space that this source, or one that shares it,
   * has reserved from the operating system: so that the resident memory of a process can be
   * attributed. A source that does not know says no. Costs some nanoseconds, and takes no lock.
   */
  default boolean reserves(long address) {
    return false;
  }

  /** Adds a listener; one that is there already is not added twice. */
  void addListener(MemoryListener listener);

  /** Removes a listener, if it is there. */
  void removeListener(MemoryListener listener);

  /**
   * Tells the listeners what was asked of this source from outside the program. A source that
   * cannot be asked anything tells nobody.
   */
  default void audit(ControlAction action) {}

  /** Returns what the tuner of this source is allowed to do; empty if it has no tuner. */
  default Optional<TuningMode> tuningMode() {
    return Optional.empty();
  }

  /**
   * Returns what the tuner of this source predicts for some values that its knobs might have; empty
   * if it has no tuner, or one that predicts nothing, or nothing yet. May take a millisecond.
   */
  default List<WhatIf> whatIf() {
    return List.of();
  }

  /**
   * Adds an exporter that shows this source somewhere else, so that others can see how it fares.
   *
   * @param exporter tells what it has done so far; asked at any time by any thread, and not to
   *     block
   */
  default void addExporter(Supplier<ExporterStatistics> exporter) {}

  /**
   * Removes an exporter, if it is there. Listeners are told what it has done in all, so this comes
   * when it does nothing more.
   */
  default void removeExporter(Supplier<ExporterStatistics> exporter) {}

  /** Returns what the exporters of this source have done so far, in the order of their coming. */
  default List<ExporterStatistics> exporters() {
    return List.of();
  }
}
