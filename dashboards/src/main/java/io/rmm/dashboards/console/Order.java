package io.rmm.dashboards.console;

import io.rmm.dashboards.console.Reading.Budget;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** By what the budgets are sorted. The first letter of its name is the key that chooses it. */
public enum Order {
  USED,
  PEAK,
  LIMIT,
  ALLOCATIONS,
  REFUSED,
  NAME;

  /** Returns the order that a key chooses. */
  static Optional<Order> ofKey(int key) {
    return Arrays.stream(values()).filter(order -> order.key() == key).findFirst();
  }

  char key() {
    return name().toLowerCase(Locale.ROOT).charAt(0);
  }

  /** Returns the order itself: the largest first, and of equals by name, so that rows stay. */
  Comparator<Budget> comparator(Rates rates) {
    Comparator<Budget> byName = Comparator.comparing(Budget::manager).thenComparing(Budget::path);
    return switch (this) {
      case NAME -> byName;
      case USED -> Comparator.comparingLong(Budget::used).reversed().thenComparing(byName);
      case PEAK -> Comparator.comparingLong(Budget::peak).reversed().thenComparing(byName);
      case LIMIT -> Comparator.comparingDouble(Budget::share).reversed().thenComparing(byName);
      case ALLOCATIONS ->
          Comparator.<Budget>comparingDouble(budget -> rates.allocations(budget).orElse(0))
              .thenComparingLong(Budget::allocations)
              .reversed()
              .thenComparing(byName);
      case REFUSED -> Comparator.comparingLong(Budget::rejections).reversed().thenComparing(byName);
    };
  }
}
