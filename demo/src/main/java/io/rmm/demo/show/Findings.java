package io.rmm.demo.show;

import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import io.rmm.allocator.TuningDecision;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what the memory manager finds, by the place in the program that is to blame, so that a
 * fault that happens ten times a second is one line in the end.
 */
public final class Findings implements MemoryListener {

  /** Places kept apart; more are only counted. */
  private static final int MOST_PLACES = 1_000;

  private final Map<Place, Finding> byPlace = new HashMap<>();
  private long misuses;
  private long leaks;
  private long leakedBytes;
  private long decisions;
  private @Nullable TuningDecision lastDecision;
  private String liveAtClose = "";

  /** What was done wrong, and where. */
  private record Place(MisuseKind kind, String budget, Site site) {}

  /**
   * A fault, and how often it was found.
   *
   * @param kind what was done wrong
   * @param budget the path of the budget whose memory it was
   * @param site where: for a leak where the block was allocated, otherwise where the act was done
   * @param count how often; for a leak how many observed blocks
   * @param bytes for a leak, the bytes that the observed blocks stand for; otherwise 0
   * @param allocationSite where the block had been allocated, as far as known of any occurrence
   * @param freeSite where the block had been freed, as far as known of any occurrence
   */
  public record Finding(
      MisuseKind kind,
      String budget,
      Site site,
      long count,
      long bytes,
      Site allocationSite,
      Site freeSite) {

    private Finding and(Finding further) {
      return new Finding(
          kind,
          budget,
          site,
          count + further.count,
          bytes + further.bytes,
          allocationSite.isKnown() ? allocationSite : further.allocationSite,
          freeSite.isKnown() ? freeSite : further.freeSite);
    }
  }

  /** Makes an empty collection. */
  public Findings() {}

  @Override
  public synchronized void onMisuse(MisuseReport report) {
    if (report.kind() == MisuseKind.LEAK) {
      // The manager is being closed: one report on all that is live, and one for each site.
      if (!report.allocationSite().isKnown()) {
        liveAtClose = report.detail();
      }
      return;
    }
    misuses++;
    add(
        new Finding(
            report.kind(),
            report.budget(),
            report.detectionSite(),
            1,
            0,
            report.allocationSite(),
            report.freeSite()));
  }

  @Override
  public synchronized void onLeak(LeakSuspect suspect) {
    leaks++;
    leakedBytes += suspect.weight();
    add(
        new Finding(
            MisuseKind.LEAK,
            suspect.budget(),
            suspect.allocationSite(),
            1,
            suspect.weight(),
            suspect.allocationSite(),
            Site.UNKNOWN));
  }

  @Override
  public synchronized void onTuning(TuningDecision decision) {
    if (decision.verdict() != TuningDecision.Verdict.HELD) {
      decisions++;
    }
    lastDecision = decision;
  }

  /** Returns how many misuses were found, leaks not included. */
  public synchronized long misuses() {
    return misuses;
  }

  /** Returns how many observed blocks were found leaked. */
  public synchronized long leaks() {
    return leaks;
  }

  /** Returns the bytes that the leaked observed blocks stand for. */
  public synchronized long leakedBytes() {
    return leakedBytes;
  }

  /** Returns how many decisions of a tuner changed something. */
  public synchronized long tuningDecisions() {
    return decisions;
  }

  /** Returns the last decision of a tuner, also one to change nothing; null if there was none. */
  public synchronized @Nullable TuningDecision lastTuningDecision() {
    return lastDecision;
  }

  /** Returns what was live when the manager was closed, in a sentence, or an empty string. */
  public synchronized String liveAtClose() {
    return liveAtClose;
  }

  /** Returns the faults, the most frequent first. */
  public synchronized List<Finding> list() {
    List<Finding> findings = new ArrayList<>(byPlace.values());
    findings.sort(Comparator.comparingLong(Finding::count).reversed());
    return findings;
  }

  private void add(Finding finding) {
    Place place = new Place(finding.kind, finding.budget, finding.site);
    if (byPlace.size() < MOST_PLACES || byPlace.containsKey(place)) {
      byPlace.merge(place, finding, Finding::and);
    }
  }
}
