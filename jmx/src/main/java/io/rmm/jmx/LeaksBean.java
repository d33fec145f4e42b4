package io.rmm.jmx;

import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;
import java.util.List;

/** The observed blocks of a source. */
final class LeaksBean implements LeaksMXBean, MemoryListener {

  /** What fits a screen; sites beyond the first twenty seldom hold what is worth a look. */
  static final int MOST_SITES = 20;

  private final MemorySource source;
  private final Snapshots snapshots;
  private final BeanNotifications notifications;
  private final Recent<LeakIncident> suspects = new Recent<>();

  LeaksBean(MemorySource source, Snapshots snapshots, BeanNotifications notifications) {
    this.source = source;
    this.snapshots = snapshots;
    this.notifications = notifications;
  }

  @Override
  public void onLeak(LeakSuspect suspect) {
    LeakIncident incident = LeakIncident.of(suspect, System.currentTimeMillis());
    suspects.add(incident);
    notifications.send(
        "A block of "
            + incident.blockSize()
            + " bytes of "
            + incident.budget()
            + " can no longer be freed; allocated at "
            + suspect.allocationSite().top(),
        incident.time(),
        incident);
  }

  @Override
  public long getObserved() {
    return snapshots.current().snapshot().observedBlocks();
  }

  @Override
  public long getSuspectCount() {
    return snapshots.current().snapshot().leakSuspects();
  }

  @Override
  public long getSuspectBytes() {
    return snapshots.current().snapshot().leakSuspectBytes();
  }

  @Override
  public List<LeakIncident> getSuspects() {
    return suspects.newestFirst();
  }

  @Override
  public List<SiteRow> getTopSites() {
    return source.profile().sites().stream().limit(MOST_SITES).map(SiteRow::of).toList();
  }

  @Override
  public ProfileData profile() {
    return ProfileData.of(source.profile());
  }
}
