package io.rmm.agent;

import io.rmm.allocator.Site;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds out when shared arenas are opened and closed so often that it hurts.
 *
 * <p>A close has every thread of the process stop for a moment: so it costs the more the more
 * threads there are, and costs those that have nothing to do with it. Measured on a machine with
 * other work to do: 25 us of processor time with 10 threads, 60 us with 100, 700 us with 1,000; and
 * ten times as much where the threads are busy. So a rate alone says little. What is looked at is
 * how long the closes take, which is what the threads that close lose.
 *
 * <p>An episode begins when {@link #LEAST_SECONDS} seconds in a row were costly, and is told then;
 * it ends when as many in a row were not. While it goes on, the agent asks four times a second
 * where the next shared arena is opened, so that the finding can name sites.
 */
final class SharedArenaWatch {

  /** Long enough that a start, or a batch, is over. */
  static final int LEAST_SECONDS = 10;

  /** What is slower is not meant, though each close may take long on a machine that is busy. */
  private static final long LEAST_RATE = 100;

  /** Closes that take less than this part of all processors' time are not worth a word. */
  private static final double LEAST_SHARE = 0.01;

  /** Sites that are kept apart in an episode. */
  private static final int MOST_SITES = 100;

  /**
   * What is to be told of an episode.
   *
   * @param site where most of the arenas are opened; unknown if no sample was taken
   * @param detail one sentence with the figures
   */
  record Finding(Site site, String detail) {}

  private final Map<Site, Integer> sites = new ConcurrentHashMap<>();
  private long lastNanoTime;
  private long lastClosed;
  private long lastClosingNanos;
  private int costlySeconds;
  private int calmSeconds;
  private long elapsedNanos;
  private long closed;
  private long closingNanos;
  private volatile boolean wantsSite;

  /** Tells whether it is worth to know where the next shared arena is opened. */
  boolean wantsSite() {
    return wantsSite;
  }

  /** Notes where one was opened; in the thread that does. */
  void opened(Site site) {
    if (sites.size() < MOST_SITES || sites.containsKey(site)) {
      sites.merge(site, 1, Integer::sum);
    }
  }

  /**
   * Looks at the time since the last call, of about a second.
   *
   * @param allClosed how many shared arenas were closed so far
   * @param allClosingNanos how long that took
   * @return what is to be told, when an episode has begun
   */
  Optional<Finding> endSecond(long nanoTime, long allClosed, long allClosingNanos) {
    long elapsed = nanoTime - lastNanoTime;
    long closes = allClosed - lastClosed;
    long closing = allClosingNanos - lastClosingNanos;
    boolean first = lastNanoTime == 0;
    lastNanoTime = nanoTime;
    lastClosed = allClosed;
    lastClosingNanos = allClosingNanos;
    if (first || elapsed <= 0) {
      return Optional.empty();
    }
    double perSecond = (double) TimeUnit.SECONDS.toNanos(1) / elapsed;
    double share = (double) closing / elapsed / Runtime.getRuntime().availableProcessors();
    if (closes * perSecond < LEAST_RATE || share < LEAST_SHARE) {
      return calm();
    }
    calmSeconds = 0;
    costlySeconds++;
    elapsedNanos += elapsed;
    closed += closes;
    closingNanos += closing;
    wantsSite = costlySeconds < LEAST_SECONDS;
    return costlySeconds == LEAST_SECONDS ? Optional.of(finding()) : Optional.empty();
  }

  private Optional<Finding> calm() {
    calmSeconds++;
    // One second without is the end of what has not been told yet.
    if (costlySeconds < LEAST_SECONDS || calmSeconds >= LEAST_SECONDS) {
      costlySeconds = 0;
      elapsedNanos = 0;
      closed = 0;
      closingNanos = 0;
      wantsSite = false;
      sites.clear();
    }
    return Optional.empty();
  }

  private Finding finding() {
    int samples = sites.values().stream().mapToInt(Integer::intValue).sum();
    Optional<Map.Entry<Site, Integer>> most =
        sites.entrySet().stream().max(Comparator.comparingInt(Map.Entry::getValue));
    String where =
        most.map(
                entry ->
                    String.format(
                        Locale.ROOT,
                        "; %d %% of them are opened at %s",
                        100 * entry.getValue() / samples,
                        Owners.firstOfProgram(entry.getKey())))
            .orElse("");
    return new Finding(
        most.map(Map.Entry::getKey).orElse(Site.UNKNOWN),
        String.format(
            Locale.ROOT,
            "%,d shared arenas a second were closed over %d seconds; a close stops all %d threads"
                + " and took %d us, in all %.0f %% of a processor's time%s",
            closed * TimeUnit.SECONDS.toNanos(1) / elapsedNanos,
            LEAST_SECONDS,
            ManagementFactory.getThreadMXBean().getThreadCount(),
            TimeUnit.NANOSECONDS.toMicros(closingNanos / closed),
            100.0 * closingNanos / elapsedNanos,
            where));
  }
}
