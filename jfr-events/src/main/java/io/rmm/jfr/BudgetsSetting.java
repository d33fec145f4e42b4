package io.rmm.jfr;

import java.util.Optional;

/** The setting {@code budgets}: a list of {@linkplain BudgetPatterns patterns} for their paths. */
abstract class BudgetsSetting extends ParsedSetting<BudgetPatterns> {

  private final TraceFilter filter;

  BudgetsSetting(TraceFilter filter) {
    super(BudgetPatterns.ALL);
    this.filter = filter;
  }

  @Override
  final Optional<BudgetPatterns> parse(String text) {
    return BudgetPatterns.parse(text);
  }

  @Override
  final BudgetPatterns union(BudgetPatterns one, BudgetPatterns other) {
    return one.union(other);
  }

  @Override
  final String print(BudgetPatterns value) {
    return value.toString();
  }

  @Override
  final void apply(BudgetPatterns value) {
    filter.setBudgets(value);
  }
}
