package io.rmm.dashboards.console;

import java.util.List;
import java.util.Optional;

/**
 * What the beans of one JVM said at one time.
 *
 * @param nanoTime when, as {@link System#nanoTime}
 * @param uptimeMillis for how long the JVM has run
 * @param heapUsed bytes of the Java heap in use
 * @param heapCommitted bytes of the Java heap that are backed by memory
 * @param managers its memory managers, by name
 * @param budgets the budgets of all managers that ever had anything, or the largest of them
 * @param budgetCount how many budgets there are
 * @param ledger where its resident memory goes, if it says
 */
public record Reading(
    long nanoTime,
    long uptimeMillis,
    long heapUsed,
    long heapCommitted,
    List<Manager> managers,
    List<Budget> budgets,
    int budgetCount,
    Optional<Ledger> ledger) {

  /** Keeps copies. */
  public Reading {
    managers = List.copyOf(managers);
    budgets = List.copyOf(budgets);
  }

  /**
   * A memory manager.
   *
   * @param misusesByKind misuses found so far, most frequent first; a kind that did not occur is
   *     left out
   * @param lastMisuse the latest misuse, if there was one
   * @param leaks what is observed, if it says
   * @param tuningMode what its tuner may do, empty if it has none or does not say
   * @param telemetryDropped events that exporters have lost, if it says
   */
  public record Manager(
      ManagerName name,
      long used,
      long committed,
      long peak,
      long liveBlocks,
      long allocations,
      long rejections,
      long misuses,
      String pressure,
      String safetyMode,
      List<Count> misusesByKind,
      Optional<Misuse> lastMisuse,
      Optional<Leaks> leaks,
      String tuningMode,
      Optional<Long> telemetryDropped) {}

  /** How often something occurred. */
  public record Count(String kind, long count) {}

  /** The latest misuse; {@code time} is in milliseconds since the epoch. */
  public record Misuse(long time, String kind, String budget, String detail) {}

  /** Observed blocks: suspects of a leak, and who holds live bytes. */
  public record Leaks(long suspects, long suspectBytes, List<SiteUse> topSites) {}

  /** Live bytes of a site, estimated, with half the width of their interval. */
  public record SiteUse(String site, long liveBytes, long error) {}

  /**
   * A budget.
   *
   * @param manager its manager
   * @param path its names, joined by {@code /}
   * @param limit the hard limit, or the soft one if there is no hard one, or {@link #NO_LIMIT}
   */
  public record Budget(
      ManagerName manager,
      String path,
      long used,
      long peak,
      long limit,
      long allocations,
      long rejections) {

    /** What the beans say where there is no limit. */
    static final long NO_LIMIT = Long.MAX_VALUE;

    boolean isLimited() {
      return limit != NO_LIMIT;
    }

    /** Returns the share of the limit that is used, 0 if there is none. */
    double share() {
      return isLimited() ? (double) used / Math.max(1, limit) : 0;
    }
  }

  /**
   * Where resident memory goes.
   *
   * @param resident bytes; 0 if the system does not tell
   * @param limit the container's limit; 0 if it has none
   * @param headroom bytes left up to that limit; {@link #UNKNOWN} if it is not known
   */
  public record Ledger(
      long resident, long limit, long headroom, List<Line> lines, List<String> notes) {

    static final long UNKNOWN = -1;
  }

  /** Resident bytes for one purpose. */
  public record Line(String purpose, long bytes) {}
}
