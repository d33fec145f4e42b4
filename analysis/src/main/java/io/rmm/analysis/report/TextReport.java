package io.rmm.analysis.report;

import io.rmm.analysis.Quantities;
import java.util.List;
import org.openjdk.jmc.flightrecorder.rules.Severity;

/** The findings of a report in a few lines for a terminal. */
public final class TextReport {

  private static final int MOST_FINDINGS = 10;

  private TextReport() {}

  /** Returns the lines, each ended by the line separator of the system. */
  public static String render(Report report) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %s, %s, %s%n"
            .formatted(
                report.file(),
                Quantities.seconds(report.duration().toSeconds()),
                Quantities.counted(report.events(), "event", "events"),
                Quantities.counted(report.managers().size(), "memory manager", "memory managers")));
    List<Finding> findings = report.findings();
    findings.stream()
        .limit(MOST_FINDINGS)
        .forEach(finding -> text.append("%-8s %s%n".formatted(finding.severity(), finding.text())));
    if (findings.size() > MOST_FINDINGS) {
      text.append("         and %d more%n".formatted(findings.size() - MOST_FINDINGS));
    }
    text.append(
        "%-8s %s and %s from the rules of JDK Mission Control%n"
            .formatted(
                "JMC",
                Quantities.counted(report.jmcRules(Severity.WARNING).size(), "warning", "warnings"),
                Quantities.counted(report.jmcRules(Severity.INFO).size(), "hint", "hints")));
    return Printable.of(text.toString());
  }
}
