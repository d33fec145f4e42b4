package io.rmm.junit;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import java.util.List;

/**
 * Puts what was found in words: one line each, and below it the sites as stack traces have them.
 */
final class Findings {

  private Findings() {}

  static String text(String test, List<MisuseReport> reports) {
    StringBuilder text =
        new StringBuilder("memory was misused in ").append(test).append(", see below");
    for (MisuseReport report : reports) {
      // The tenth and the hundredth of a kind from the same place say how many there were.
      if (report.isNews()) {
        text.append(System.lineSeparator()).append(report);
        appendSite(text, "found", report.detectionSite());
        appendSite(text, "allocated", report.allocationSite());
        appendSite(text, "freed", report.freeSite());
      }
    }
    return text.toString();
  }

  private static void appendSite(StringBuilder text, String what, Site site) {
    if (!site.isKnown()) {
      return;
    }
    text.append(System.lineSeparator()).append("  ").append(what);
    for (StackTraceElement frame : framesOfTheTest(site)) {
      text.append(System.lineSeparator()).append("    at ").append(frame);
    }
  }

  /** Leaves out what called the test, if anything is left then. */
  private static List<StackTraceElement> framesOfTheTest(Site site) {
    List<StackTraceElement> inner =
        site.frames().stream()
            .takeWhile(frame -> !frame.getClassName().startsWith("org.junit."))
            .filter(frame -> !"java.base".equals(frame.getModuleName()))
            .toList();
    return inner.isEmpty() ? site.frames() : inner;
  }

  static MisuseReport arenasNotClosed(long arenas, String manager) {
    return MisuseReport.builder(MisuseKind.ARENA_NOT_CLOSED)
        .detail(count(arenas, "arena") + " of manager " + manager + " not closed")
        .build();
  }

  static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
