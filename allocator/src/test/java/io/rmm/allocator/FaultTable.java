package io.rmm.allocator;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts injected faults, and writes them as the table that docs/faults.md keeps. */
final class FaultTable {

  /** The error numbers, by name in the order of the columns. */
  enum Errno {
    ENOMEM(12),
    EAGAIN(11),
    EPERM(1),
    EINVAL(22);

    final int number;

    Errno(int number) {
      this.number = number;
    }
  }

  /** How long calls fail. */
  enum Span {
    ONCE("once", 1),
    FOR_GOOD("for good", Long.MAX_VALUE);

    final String words;
    final long calls;

    Span(String words, long calls) {
      this.words = words;
      this.calls = calls;
    }
  }

  private record Column(Errno errno, Span span) {}

  private final Map<FailingSystemCalls.Call, Map<Column, Long>> faults =
      new EnumMap<>(FailingSystemCalls.Call.class);
  private final Map<Column, Long> runs = new HashMap<>();
  private final Map<Column, Long> refusals = new HashMap<>();

  /** Counts a run in which {@code failed} calls failed and memory was refused so often. */
  void count(
      Errno errno, Span span, Map<FailingSystemCalls.Call, Long> failed, long refusalsOfRun) {
    Column column = new Column(errno, span);
    failed.forEach(
        (call, count) ->
            faults.computeIfAbsent(call, _ -> new HashMap<>()).merge(column, count, Long::sum));
    runs.merge(column, 1L, Long::sum);
    refusals.merge(column, refusalsOfRun, Long::sum);
  }

  /** Returns how many calls of the kind have failed so. */
  long faults(FailingSystemCalls.Call call, Errno errno, Span span) {
    return faults.getOrDefault(call, Map.of()).getOrDefault(new Column(errno, span), 0L);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("| |");
    StringBuilder rule = new StringBuilder("|---|");
    for (Column column : columns()) {
      text.append(' ').append(column.errno).append(' ').append(column.span.words).append(" |");
      rule.append("---:|");
    }
    text.append('\n').append(rule).append('\n');
    for (FailingSystemCalls.Call call : FailingSystemCalls.Call.values()) {
      row(text, "`" + call.function + "`: " + call.purpose, faults.getOrDefault(call, Map.of()));
    }
    row(text, "runs in which a call failed", runs);
    row(text, "allocations refused by `OutOfMemoryError`", refusals);
    return text.toString();
  }

  private static void row(StringBuilder text, String name, Map<Column, Long> values) {
    text.append("| ").append(name).append(" |");
    for (Column column : columns()) {
      text.append(' ').append(values.getOrDefault(column, 0L)).append(" |");
    }
    text.append('\n');
  }

  private static List<Column> columns() {
    return Arrays.stream(Errno.values())
        .flatMap(errno -> Arrays.stream(Span.values()).map(s -> new Column(errno, s)))
        .toList();
  }
}
