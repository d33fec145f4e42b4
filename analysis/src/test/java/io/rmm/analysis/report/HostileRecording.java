package io.rmm.analysis.report;

import io.rmm.allocator.signal.EventType;
import io.rmm.analysis.SyntheticRecording;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A recording with a misuse, lost blocks and growth, all of whose texts are attacks. */
final class HostileRecording {

  static final String ATTACK =
      "<script>alert('x')</script>\"><img src=x onerror=alert(1)> [y](javascript:alert(2)) ${7*7}"
          + " \u001b[31m";

  private static final long MIB = 1 << 20;

  private HostileRecording() {}

  static Report report(Path directory) throws Exception {
    Path file = directory.resolve("a <b> & c.jfr");
    write(file);
    return Report.of(file);
  }

  static void write(Path file) throws IOException {
    String site = ATTACK + " < " + ATTACK;
    try (SyntheticRecording recording = new SyntheticRecording(file)) {
      for (int second = 0; second < 60; second++) {
        long used = second * MIB;
        recording
            .event(
                EventType.MANAGER_STATISTICS,
                second,
                ATTACK,
                Map.of("used", used, "committed", used + MIB, "misuses", 2L))
            .event(
                EventType.BUDGET_STATISTICS,
                second,
                ATTACK,
                Map.of("budget", ATTACK, "used", used, "soft", 80 * MIB, "hard", 100 * MIB))
            .event(
                EventType.BUDGET_STATISTICS,
                second,
                ATTACK,
                Map.of("budget", "root", "soft", Long.MAX_VALUE, "hard", Long.MAX_VALUE))
            .event(
                EventType.ALLOCATION_SAMPLE,
                second,
                ATTACK,
                Map.of("budget", ATTACK, "site", site, "weight", MIB));
      }
      recording
          .event(
              EventType.MISUSE,
              7,
              ATTACK,
              Map.of(
                  "budget",
                  ATTACK,
                  "kind",
                  ATTACK,
                  "allocationId",
                  7L,
                  "blockSize",
                  64L,
                  "detectionSite",
                  site,
                  "allocationSite",
                  site,
                  "freeSite",
                  site,
                  "detail",
                  ATTACK))
          .event(
              EventType.LEAK_SUSPECT,
              8,
              ATTACK,
              Map.of(
                  "budget",
                  ATTACK,
                  "allocationSite",
                  site,
                  "blockSize",
                  64L,
                  "weight",
                  MIB,
                  "age",
                  9_000_000_000L,
                  "evidence",
                  ATTACK));
    }
  }
}
