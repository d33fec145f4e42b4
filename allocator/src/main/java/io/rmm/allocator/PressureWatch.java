package io.rmm.allocator;

import io.rmm.allocator.observe.News;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notices when budgets come under pressure, and when they are no longer.
 *
 * <p>By the clock, from the same readings that note peaks, so that no allocation pays for it; a
 * peak between two ticks goes unnoticed, unless the budget refused something: that is pressure
 * whatever it holds, since what it refused may have been large. A level is left when a {@value
 * #MARGIN}th of its limit is free again below it: what is freed and taken again around a limit is
 * one time of pressure and not many.
 */
final class PressureWatch {

  /** The part of a limit that must be free before its level is left. */
  private static final int MARGIN = 20;

  private final News news;

  /** The levels of those that are under pressure. For the clock's thread. */
  private final Map<BudgetNode, PressureLevel> levels = new HashMap<>();

  /** Those that refused something since the last look. */
  private final Set<BudgetNode> refused = ConcurrentHashMap.newKeySet();

  PressureWatch(News news) {
    this.news = news;
  }

  /** Notes that {@code budget} refused something. */
  void noteRefusal(BudgetNode budget) {
    try {
      boolean _ = refused.add(budget);
    } catch (OutOfMemoryError e) {
      // Its used bytes will tell of the pressure, or the next refusal.
    }
  }

  /** Looks at all budgets. By the clock. */
  void look(BudgetReadings readings) {
    readings.forEach(this::look);
  }

  private void look(BudgetNode budget, long used) {
    BudgetLimits limits = budget.limits();
    PressureLevel before = levels.getOrDefault(budget, PressureLevel.NONE);
    PressureLevel now =
        refused.remove(budget)
            ? PressureLevel.HARD
            : held(before, PressureLevel.of(used, limits), used, limits);
    if (now == before) {
      return;
    }
    if (now == PressureLevel.NONE) {
      levels.remove(budget);
    } else {
      levels.put(budget, now);
    }
    PressureLevel limiting = now.compareTo(before) > 0 ? now : before;
    PressureChange change =
        new PressureChange(
            budget.path(), now, before, used, limit(limiting, limits), PressureChange.Cause.OWN);
    news.add(listener -> listener.onPressure(change));
  }

  /** Returns the level that is kept although {@code used} is below its limit. */
  static PressureLevel held(
      PressureLevel before, PressureLevel now, long used, BudgetLimits limits) {
    for (PressureLevel level = before; level.compareTo(now) > 0; level = level.below()) {
      long limit = limit(level, limits);
      if (used > limit - limit / MARGIN) {
        return level;
      }
    }
    return now;
  }

  private static long limit(PressureLevel level, BudgetLimits limits) {
    return level == PressureLevel.HARD ? limits.hard() : limits.soft();
  }
}
