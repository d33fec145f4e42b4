package io.rmm.demo.show;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.TuningDecision;
import io.rmm.dashboards.console.Amounts;
import io.rmm.demo.cache.Cache;
import io.rmm.demo.cache.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The table of the running demo: the ladder, a line for each tenant that has anything, and what was
 * found. For one thread, which asks for it at regular times.
 */
public final class StatusTable {

  private static final String ROW = "%-10s %9s %9s %9s %9s %8s %8s %8s";

  /** Longer lines could break, and a table whose lines break cannot be redrawn in place. */
  private static final int WIDTH = 79;

  private final Cache cache;
  private final MemorySource memory;
  private final Findings findings;
  private final List<String> tenants;
  private final Display display;
  private final long[] commandsBefore = new long[Cache.DATABASES];
  private final long begun;
  private long nanosBefore;

  /**
   * Makes a table.
   *
   * @param tenants what the first databases are called; the others have no name
   * @param begun the {@link System#nanoTime} when no command had been counted yet, from which the
   *     first rates are reckoned: the load runs before there is a table
   */
  public StatusTable(
      Cache cache,
      MemorySource memory,
      Findings findings,
      List<String> tenants,
      Display display,
      long begun) {
    this.cache = cache;
    this.memory = memory;
    this.findings = findings;
    this.tenants = tenants;
    this.display = display;
    this.begun = begun;
    this.nanosBefore = begun;
  }

  /** Returns the lines of the table as of {@code now}, which is {@link System#nanoTime}. */
  public List<String> lines(long now) {
    double seconds = Math.max(1e-3, (now - nanosBefore) / 1e9);
    nanosBefore = now;
    MemorySnapshot snapshot = memory.snapshot();

    List<String> lines = new ArrayList<>();
    lines.add(
        cut(
            "%4d s  used %s  committed %s  peak %s  live blocks %s"
                .formatted(
                    Duration.ofNanos(now - begun).toSeconds(),
                    Amounts.bytes(snapshot.usedBytes()),
                    Amounts.bytes(snapshot.committedBytes()),
                    Amounts.bytes(snapshot.peakUsedBytes()),
                    Units.count(snapshot.liveBlocks()))));
    String titles =
        ROW.formatted("tenant", "used", "peak", "limit", "keys", "ops/s", "evicted", "expired");
    lines.add(display.bold(cut(titles)));
    for (Database database : cache.databases()) {
      long commands = database.counters().commands();
      long delta = commands - commandsBefore[database.index()];
      commandsBefore[database.index()] = commands;
      if (isShown(database, commands)) {
        lines.add(row(database, Math.round(delta / seconds)));
      }
    }
    lines.add(findings());
    lines.add(tuning());
    return lines;
  }

  private boolean isShown(Database database, long commands) {
    return database.index() < Math.max(1, tenants.size())
        || commands > 0
        || database.budget().usedBytes() > 0;
  }

  private String row(Database database, long commandsASecond) {
    return cut(
        ROW.formatted(
            name(database),
            Amounts.bytes(database.budget().usedBytes()),
            Amounts.bytes(database.budget().peakBytes()),
            Amounts.bytes(database.budget().limits().hard()),
            Units.count(database.size()),
            Units.count(commandsASecond),
            Units.count(database.counters().evicted()),
            Units.count(database.counters().expired())));
  }

  private String name(Database database) {
    int index = database.index();
    return index < tenants.size() ? index + " " + tenants.get(index) : Integer.toString(index);
  }

  private String findings() {
    String text =
        cut(
            "misuse %s   leaks seen %s, standing for %s"
                .formatted(
                    Units.count(findings.misuses()),
                    Units.count(findings.leaks()),
                    Amounts.bytes(findings.leakedBytes())));
    return findings.misuses() + findings.leaks() > 0 ? display.red(text) : text;
  }

  private String tuning() {
    String text = "tuning decisions " + Units.count(findings.tuningDecisions());
    TuningDecision last = findings.lastTuningDecision();
    if (last != null) {
      text +=
          "; last: %s %s %s -> %s (%s)"
              .formatted(
                  last.knob().id(),
                  last.verdict().name().toLowerCase(Locale.ROOT),
                  Amounts.bytes(last.oldValue()),
                  Amounts.bytes(last.newValue()),
                  last.rule());
    }
    return cut(text);
  }

  private static String cut(String line) {
    return line.length() > WIDTH ? line.substring(0, WIDTH) : line;
  }
}
