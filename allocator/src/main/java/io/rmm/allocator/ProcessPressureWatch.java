package io.rmm.allocator;

import io.rmm.allocator.PressureChange.Cause;
import io.rmm.allocator.observe.News;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tells the listeners of one manager when the process gets short of memory, and when it no longer
 * is: at the edges, as {@link PressureWatch} does of budgets. For the clock's thread.
 */
final class ProcessPressureWatch {

  private final ProcessPressure process;
  private final News news;
  private final Map<Cause, PressureLevel> told = new EnumMap<>(Cause.class);

  ProcessPressureWatch(ProcessPressure process, News news) {
    this.process = process;
    this.news = news;
  }

  /** Looks at both. */
  void look() {
    look(Cause.CGROUP, process.ofContainer());
    look(Cause.PSI, process.ofTime());
  }

  private void look(Cause cause, ProcessPressure.Shortage shortage) {
    PressureLevel before = told.getOrDefault(cause, PressureLevel.NONE);
    if (shortage.level() == before) {
      return;
    }
    told.put(cause, shortage.level());
    PressureChange change =
        new PressureChange(
            Budgets.ROOT, shortage.level(), before, shortage.used(), shortage.limit(), cause);
    news.add(listener -> listener.onPressure(change));
  }
}
