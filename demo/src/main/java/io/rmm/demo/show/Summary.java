package io.rmm.demo.show;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MisuseKind;
import io.rmm.dashboards.console.Amounts;
import io.rmm.demo.cache.Cache;
import io.rmm.demo.cache.Database;
import io.rmm.demo.cache.DatabaseCounters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the demo says at its end. */
public final class Summary {

  private Summary() {}

  /**
   * Returns the lines that tell of all tenants.
   *
   * @param tenants what the first databases are called
   * @param snapshot the memory at the end of the traffic
   */
  public static List<String> totals(
      Duration elapsed, Cache cache, List<String> tenants, MemorySnapshot snapshot) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "Ran for %d s: %s allocations, %s frees, %s refused; at most %s in use."
            .formatted(
                elapsed.toSeconds(),
                Units.count(snapshot.allocations()),
                Units.count(snapshot.frees()),
                Units.count(snapshot.rejections()),
                Amounts.bytes(snapshot.peakUsedBytes())));
    for (Database database : cache.databases()) {
      DatabaseCounters counters = database.counters();
      if (counters.commands() > 0) {
        int index = database.index();
        lines.add(
            "  %-10s %s commands, %s hits, %s misses, %s evicted, %s expired, peak %s"
                .formatted(
                    index < tenants.size() ? tenants.get(index) : "db" + index,
                    Units.count(counters.commands()),
                    Units.count(counters.hits()),
                    Units.count(counters.misses()),
                    Units.count(counters.evicted()),
                    Units.count(counters.expired()),
                    Amounts.bytes(database.budget().peakBytes())));
      }
    }
    return lines;
  }

  /** Returns the lines that tell of all faults found, with their places. */
  public static List<String> faults(Findings findings) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    List<Findings.Finding> found = findings.list();
    if (!found.isEmpty()) {
      lines.add("Faults found:");
    } else if (findings.liveAtClose().isEmpty()) {
      lines.add("No misuse and no leak was found.");
    } else {
      lines.add("No misuse was found, and no leak among the observed blocks.");
    }
    for (Findings.Finding finding : found) {
      lines.add("  " + what(finding) + " in budget " + finding.budget());
      lines.add("    at " + finding.site().top());
      if (finding.kind() != MisuseKind.LEAK) {
        if (finding.allocationSite().isKnown()) {
          lines.add("    allocated at " + finding.allocationSite().top());
        }
        if (finding.freeSite().isKnown()) {
          lines.add("    freed before at " + finding.freeSite().top());
        }
      }
    }
    if (!findings.liveAtClose().isEmpty()) {
      lines.add("  At the end " + findings.liveAtClose() + ".");
    }
    return lines;
  }

  /**
   * Returns the lines that tell of telemetry that was lost; none if nothing is known to be.
   *
   * @param failedExports how often the endpoint did not take what it was sent
   * @param lostEvents how many events are known to have gone with that
   */
  public static List<String> telemetry(long failedExports, long lostEvents) {
    return failedExports == 0
        ? List.of()
        : List.of(
            "",
            "Telemetry was lost: the OTLP endpoint did not take %s, and with them at least %s."
                .formatted(Units.count(failedExports, "export"), Units.count(lostEvents, "event")));
  }

  /** Returns the lines that tell where the recording is, and what to do with it. */
  public static List<String> recording(Path file) {
    return List.of("", "Recording: " + file, "Report:    ./rmm report " + file);
  }

  private static String what(Findings.Finding finding) {
    String kind = finding.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return finding.kind() == MisuseKind.LEAK
        ? "leak: %s, standing for %s,"
            .formatted(
                Units.count(finding.count(), "observed block"), Amounts.bytes(finding.bytes()))
        : "%s: %s".formatted(kind, Units.count(finding.count(), "time"));
  }
}
