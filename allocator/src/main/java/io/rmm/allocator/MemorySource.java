package io.rmm.allocator;

import java.util.Map;

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

  /** Adds a listener; one that is there already is not added twice. */
  void addListener(MemoryListener listener);

  /** Removes a listener, if it is there. */
  void removeListener(MemoryListener listener);
}
