package io.rmm.exporter.otel;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets the first {@value #IN_FULL} events of each cause through and counts the rest.
 *
 * <p>A double free in a loop happens a million times a second; the first few reports say all there
 * is to know, and the others only how often. Counting costs the misusing thread one look-up in a
 * map and one addition. At most {@value #MOST_CAUSES} causes are told apart; the others of one type
 * count as one. Safe for use by several threads.
 */
final class Repeats {

  static final int IN_FULL = 3;
  static final int MOST_CAUSES = 1024;

  private final Map<Cause, Tally> tallies = new ConcurrentHashMap<>();

  /**
   * Tells whether an event of {@code cause} is to be shown in full; if not, it has been counted.
   */
  boolean admit(Cause cause) {
    Tally tally = tallies.get(cause);
    if (tally == null) {
      // About so many: threads that come at once may each add one.
      Cause told = tallies.size() < MOST_CAUSES ? cause : Cause.others(cause.type());
      tally = tallies.computeIfAbsent(told, _ -> new Tally());
    }
    if (tally.shown.get() < IN_FULL && tally.shown.incrementAndGet() <= IN_FULL) {
      return true;
    }
    tally.counted.incrementAndGet();
    return false;
  }

  /** Returns what has been counted since the last call, by cause. */
  Map<Cause, Long> takeCounts() {
    Map<Cause, Long> counts = new HashMap<>();
    tallies.forEach(
        (cause, tally) -> {
          long count = tally.counted.getAndSet(0);
          if (count > 0) {
            counts.put(cause, count);
          }
        });
    return counts;
  }

  private static final class Tally {
    final AtomicInteger shown = new AtomicInteger();
    final AtomicLong counted = new AtomicLong();
  }
}
