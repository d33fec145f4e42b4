package io.rmm.dashboards.console;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.Query;

/**
 * Finds the budgets that use most, where there are so many that reading each would take seconds: a
 * bean costs a call of 0.2 to 1 ms.
 *
 * <p>A query with a condition is decided in the JVM that is watched, over thousands of beans in one
 * call. So the bytes are searched above which there are {@value #MOST} budgets or a little fewer,
 * by halving the exponent. Where it lay the last time is tried first, and mostly still right.
 */
final class LargestBudgets {

  /** More than any terminal shows, and some 50 ms of calls once the JVMs are warm. */
  static final int MOST = 500;

  /** With fewer than this it is searched on; so that the search ends soon, and stays valid. */
  private static final int ENOUGH = MOST / 2;

  private static final ObjectName BUDGETS = ManagerName.pattern("io.rmm:type=Budget,*");

  private long threshold;

  /**
   * Returns the names of {@link #MOST} budgets at the most.
   *
   * @param all the names of all budgets
   * @param mostUsed bytes that no budget uses more of
   */
  Set<ObjectName> among(MBeanServerConnection beans, Collection<ObjectName> all, long mostUsed)
      throws IOException {
    if (all.size() <= MOST) {
      return Set.copyOf(all);
    }
    long low = 0; // at least as many bytes as this are used by too many
    Collection<ObjectName> tooMany = all;
    long high = mostUsed + 1; // and this by few enough
    Set<ObjectName> found = Set.of();
    long guess = threshold > low && threshold < high ? threshold : between(low, high);
    while (high - low > 1 && found.size() < ENOUGH) {
      Set<ObjectName> names =
          beans.queryNames(BUDGETS, Query.geq(Query.attr("Used"), Query.value(guess)));
      if (names.size() > MOST) {
        low = guess;
        tooMany = names;
      } else {
        high = guess;
        found = names;
      }
      guess = between(low, high);
    }
    threshold = high;
    return found.size() < ENOUGH ? filled(found, tooMany) : found;
  }

  private static long between(long low, long high) {
    long middle = (long) (Math.sqrt(low + 1.0) * Math.sqrt((double) high));
    return Math.clamp(middle, low + 1, Math.max(low + 1, high - 1));
  }

  /** Many budgets use exactly the same: some of them, and the same ones each time. */
  private static Set<ObjectName> filled(Set<ObjectName> found, Collection<ObjectName> equals) {
    Set<ObjectName> names = new LinkedHashSet<>(found);
    equals.stream()
        .sorted()
        .filter(name -> !found.contains(name))
        .limit((long) MOST - found.size())
        .forEach(names::add);
    return names;
  }
}
