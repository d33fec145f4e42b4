package io.rmm.junit;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import java.util.ArrayList;
import java.util.List;

/** Keeps what managers report during a test. Safe for use by several threads. */
final class MisuseLog implements MemoryListener {

  /**
   * @param number how many were told before
   */
  private record Entry(long number, MisuseReport report) {}

  private final List<Entry> entries = new ArrayList<>();
  private long told;

  @Override
  public synchronized void onMisuse(MisuseReport report) {
    entries.add(new Entry(told++, report));
  }

  /** Returns how many were told so far. */
  synchronized long told() {
    return told;
  }

  /** Takes out those of {@code kind} that were told after the first {@code mark}. */
  synchronized List<MisuseReport> take(MisuseKind kind, long mark) {
    List<MisuseReport> taken = new ArrayList<>();
    entries.removeIf(
        entry -> {
          boolean takes = entry.number >= mark && entry.report.kind() == kind;
          if (takes) {
            taken.add(entry.report);
          }
          return takes;
        });
    return taken;
  }

  /** Returns those that were not taken, in order. */
  synchronized List<MisuseReport> reports() {
    return entries.stream().map(Entry::report).toList();
  }
}
