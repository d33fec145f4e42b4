package io.rmm.jmx;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The misuses of a source: counted, kept for a while, and handed on as notifications. */
final class MisuseBean implements MisuseMXBean, MemoryListener {

  private final Snapshots snapshots;
  private final BeanNotifications notifications;
  private final Recent<MisuseIncident> recent = new Recent<>();

  MisuseBean(Snapshots snapshots, BeanNotifications notifications) {
    this.snapshots = snapshots;
    this.notifications = notifications;
  }

  @Override
  public void onMisuse(MisuseReport report) {
    MisuseIncident incident = MisuseIncident.of(report, System.currentTimeMillis());
    recent.add(incident);
    notifications.send(report.toString(), incident.time(), incident);
  }

  @Override
  public Map<String, Long> getCountByKind() {
    Map<MisuseKind, Long> counts = snapshots.current().snapshot().misusesByKind();
    Map<String, Long> countByKind = new TreeMap<>();
    for (MisuseKind kind : MisuseKind.values()) {
      countByKind.put(kind.name(), counts.getOrDefault(kind, 0L));
    }
    return countByKind;
  }

  @Override
  public List<MisuseIncident> getRecent() {
    return recent.newestFirst();
  }

  @Override
  public long getNotificationsDropped() {
    return notifications.dropped();
  }
}
