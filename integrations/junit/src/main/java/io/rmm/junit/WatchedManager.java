package io.rmm.junit;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A manager that the test got elsewhere: what it reports, and by how much it holds more in the end.
 *
 * <p>It may have been used before and go on being used, so it is compared with itself.
 */
final class WatchedManager implements MemoryListener {

  private final MemoryManager manager;
  private final MisuseLog log;
  private final MemorySnapshot before;
  private final Map<Site, Long> bytesBefore = new HashMap<>();

  /** Whether it has said by itself what was live at its close. */
  private volatile boolean hasReportedLive;

  WatchedManager(MemoryManager manager, MisuseLog log) {
    this.manager = manager;
    this.log = log;
    // Of what rests, what was written to it is found later: by then it would be this test's.
    endRests();
    this.before = manager.snapshot();
    for (SiteProfile.Entry site : manager.profile().sites()) {
      bytesBefore.put(site.site(), site.liveBytes());
    }
    manager.addListener(this);
  }

  MemoryManager manager() {
    return manager;
  }

  @Override
  public void onMisuse(MisuseReport report) {
    if (report.kind() == MisuseKind.LEAK || report.kind() == MisuseKind.ARENA_NOT_CLOSED) {
      hasReportedLive = true;
    }
    log.onMisuse(report);
  }

  /** Ends the watch, and returns what has leaked during it. */
  List<MisuseReport> end() {
    endRests();
    manager.removeListener(this);
    List<MisuseReport> leaks = new ArrayList<>();
    MemorySnapshot after = manager.snapshot();
    if (after.liveBlocks() > before.liveBlocks()) {
      // Closed arenas may wait for the clock to have their blocks freed; this does it now.
      manager.purge();
      after = manager.snapshot();
    }
    if (hasReportedLive) {
      return leaks;
    }
    long blocks = after.liveBlocks() - before.liveBlocks();
    if (blocks > 0) {
      long bytes = Math.max(0, after.usedBytes() - before.usedBytes());
      leaks.add(
          leak(
              MisuseKind.LEAK,
              Site.UNKNOWN,
              Findings.count(blocks, "block")
                  + " more, with "
                  + bytes
                  + " bytes, in manager "
                  + manager.name()
                  + " than when the test began to watch it"));
      addSites(leaks);
    }
    long arenas = after.openArenas() - before.openArenas();
    if (arenas > 0) {
      leaks.add(
          leak(
              MisuseKind.ARENA_NOT_CLOSED,
              Site.UNKNOWN,
              Findings.count(arenas, "arena")
                  + " more open in manager "
                  + manager.name()
                  + " than when the test began to watch it"));
    }
    return leaks;
  }

  /** Has all freed memory looked through that rests, in the modes in which it does. */
  private void endRests() {
    SafetyMode mode = manager.safetyMode();
    if (mode == SafetyMode.SAFE || mode == SafetyMode.PARANOID) {
      manager.purge();
    }
  }

  private void addSites(List<MisuseReport> leaks) {
    for (SiteProfile.Entry site : manager.profile().sites()) {
      long bytes = site.liveBytes() - bytesBefore.getOrDefault(site.site(), 0L);
      if (bytes > 0) {
        leaks.add(
            leak(
                MisuseKind.LEAK, site.site(), "about " + bytes + " bytes more from here are live"));
      }
    }
  }

  private MisuseReport leak(MisuseKind kind, Site site, String detail) {
    return MisuseReport.builder(kind)
        .allocationSite(site)
        .mode(manager.safetyMode())
        .detail(detail)
        .build();
  }
}
