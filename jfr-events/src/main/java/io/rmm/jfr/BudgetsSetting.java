package io.rmm.jfr;

import java.util.Optional;

/** The setting {@code budgets}: a list of {@linkplain BudgetPatterns patterns} for their paths. */
final class BudgetsSetting extends ParsedSetting<BudgetPatterns> {

  BudgetsSetting() {
    super(BudgetPatterns.ALL);
  }

  @Override
  Optional<BudgetPatterns> parse(String text) {
    return BudgetPatterns.parse(text);
  }

  @Override
  BudgetPatterns union(BudgetPatterns one, BudgetPatterns other) {
    return one.union(other);
  }

  @Override
  String print(BudgetPatterns value) {
    return value.toString();
  }

  @Override
  void apply(BudgetPatterns value) {
    TraceFilter.IN_FORCE.setBudgets(value);
  }
}
