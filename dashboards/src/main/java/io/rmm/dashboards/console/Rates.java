package io.rmm.dashboards.console;

import io.rmm.dashboards.console.Reading.Budget;
import io.rmm.dashboards.console.Reading.Manager;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happened a second between two readings. Nothing is known of what was not in both. */
final class Rates {

  private record Key(ManagerName manager, String path) {}

  private final double seconds;
  private final Map<ManagerName, Long> managers;
  private final Map<Key, Long> budgets = new HashMap<>();

  /**
   * Makes the rates from {@code before} to {@code now}; without a reading before there are none.
   */
  Rates(Optional<Reading> before, Reading now) {
    seconds = before.map(reading -> (now.nanoTime() - reading.nanoTime()) / 1e9).orElse(0.0);
    managers =
        before.stream()
            .flatMap(reading -> reading.managers().stream())
            .collect(Collectors.toMap(Manager::name, Manager::allocations));
    before.ifPresent(
        reading ->
            reading.budgets().forEach(budget -> budgets.put(key(budget), budget.allocations())));
  }

  OptionalDouble allocations(Manager manager) {
    return rate(managers.get(manager.name()), manager.allocations());
  }

  OptionalDouble allocations(Budget budget) {
    return rate(budgets.get(key(budget)), budget.allocations());
  }

  private OptionalDouble rate(@Nullable Long before, long now) {
    // A counter that fell is another's: of a manager of the same name that came later.
    return before == null || seconds <= 0 || now < before
        ? OptionalDouble.empty()
        : OptionalDouble.of((now - before) / seconds);
  }

  private static Key key(Budget budget) {
    return new Key(budget.manager(), budget.path());
  }
}
