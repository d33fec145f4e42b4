package io.rmm.junit;

import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts what was found in words: one line each, and below it the sites as stack traces have them.
 */
final class Findings {

  private Findings() {}

  static String text(String test, List<MisuseReport> reports) {
    StringBuilder text =
        new StringBuilder("memory was misused in ").append(test).append(", see below");
    Map<List<Object>, List<MisuseReport>> alike = new LinkedHashMap<>();
    for (MisuseReport report : reports) {
      alike.computeIfAbsent(place(report), _ -> new ArrayList<>()).add(report);
    }
    for (List<MisuseReport> same : alike.values()) {
      MisuseReport first = same.getFirst();
      text.append(System.lineSeparator()).append(first);
      if (same.size() > 1) {
        text.append("; and ").append(count(same.size() - 1L, "time")).append(" more from there");
      }
      appendSite(text, "found", first.detectionSite());
      appendSite(text, "allocated", first.allocationSite());
      appendSite(text, "freed", first.freeSite());
    }
    return text.toString();
  }

  /** What a loop that misuses memory a million times does at the same place is told once. */
  private static List<Object> place(MisuseReport report) {
    return List.of(
        report.kind(),
        report.detail(),
        report.detectionSite(),
        report.allocationSite(),
        report.freeSite());
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

  static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
