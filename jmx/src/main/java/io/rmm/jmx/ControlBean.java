package io.rmm.jmx;

import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.TuningMode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;

/** Does what clients ask of a source, each thing by way of the {@link Audit}. */
final class ControlBean implements ControlMXBean {

  /** Less would observe nearly every block, at 3 us each. */
  private static final long LEAST_SAMPLING = 4L << 10;

  /** A countdown goes on as it was drawn: one of much more might never end. */
  private static final long MOST_SAMPLING = 1L << 30;

  private final MemorySource source;
  private final Audit audit;
  private final Function<String, Optional<BudgetBean>> budgetBeans;

  /**
   * Makes the bean.
   *
   * @param budgetBeans finds the bean of a budget by its path
   */
  ControlBean(
      MemorySource source, Audit audit, Function<String, Optional<BudgetBean>> budgetBeans) {
    this.source = source;
    this.audit = audit;
    this.budgetBeans = budgetBeans;
  }

  @Override
  public void purge() {
    audit.perform("purge", "", () -> manager().purge());
  }

  @Override
  public void setBudgetLimits(String budget, long minimum, long soft, long hard) {
    audit.perform(
        "setBudgetLimits",
        "budget=" + budget + ", minimum=" + minimum + ", soft=" + soft + ", hard=" + hard,
        () -> budget(budget).setLimits(new BudgetLimits(minimum, soft, hard)));
  }

  @Override
  public void setUsageThreshold(String budget, long bytes) {
    Optional<BudgetBean> bean = budgetBeans.apply(budget);
    if (bean.isPresent()) {
      bean.get().setUsageThreshold(bytes);
    } else {
      audit.perform(
          BudgetBean.SET_THRESHOLD,
          BudgetBean.thresholdArguments(budget, bytes),
          () -> {
            throw noBudget(budget);
          });
    }
  }

  @Override
  public long setSampling(long bytes) {
    return audit.perform(
        "setSampling",
        "bytes=" + bytes,
        () -> {
          if (bytes < LEAST_SAMPLING || bytes > MOST_SAMPLING) {
            throw new IllegalArgumentException(
                "sampling is set to "
                    + LEAST_SAMPLING
                    + " to "
                    + MOST_SAMPLING
                    + " bytes, not to "
                    + bytes);
          }
          return manager().setSampleInterval(bytes);
        });
  }

  @Override
  public String setTuningMode(String name) {
    return audit.perform(
        "setTuningMode", "mode=" + name, () -> manager().setTuningMode(mode(name)).name());
  }

  @Override
  public ProfileDump dumpProfile(String kind) {
    return audit.perform(
        "dumpProfile", "kind=" + kind, () -> ProfileDump.of(source.profile(), kind));
  }

  private static TuningMode mode(String name) {
    for (TuningMode mode : TuningMode.values()) {
      if (mode.name().equals(name)) {
        return mode;
      }
    }
    throw new IllegalArgumentException("a tuning mode is OFF, ADVISE or APPLY, not " + name);
  }

  private MemoryManager manager() {
    if (source instanceof MemoryManager manager) {
      return manager;
    }
    throw new UnsupportedOperationException(
        source.name() + " is no memory manager: it can be watched, and not controlled");
  }

  private Budget budget(String path) {
    Deque<Budget> ahead = new ArrayDeque<>();
    ahead.push(manager().rootBudget());
    while (!ahead.isEmpty()) {
      Budget budget = ahead.pop();
      if (budget.path().equals(path)) {
        return budget;
      }
      budget.children().forEach(ahead::push);
    }
    throw noBudget(path);
  }

  private IllegalArgumentException noBudget(String path) {
    return new IllegalArgumentException("there is no budget " + path + " in " + source.name());
  }
}
