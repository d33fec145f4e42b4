package io.rmm.jmx;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;
import io.rmm.allocator.MemorySnapshot.SizeClassUsage;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.PressureChange;
import io.rmm.allocator.PressureLevel;
import java.util.List;

/** The totals of a source, and the pressure on it. */
final class ManagerBean implements MemoryManagerMXBean, MemoryListener {

  private final MemorySource source;
  private final Snapshots snapshots;
  private final BeanNotifications notifications;
  private final NotificationQueue queue;

  ManagerBean(
      MemorySource source,
      Snapshots snapshots,
      BeanNotifications notifications,
      NotificationQueue queue) {
    this.source = source;
    this.snapshots = snapshots;
    this.notifications = notifications;
    this.queue = queue;
  }

  @Override
  public void onPressure(PressureChange change) {
    PressureIncident incident = PressureIncident.of(change);
    notifications.send(
        "Pressure on "
            + incident.budget()
            + " is "
            + incident.level()
            + ": "
            + incident.used()
            + " bytes of "
            + incident.limit()
            + ", cause "
            + incident.cause(),
        System.currentTimeMillis(),
        incident);
  }

  private MemorySnapshot snapshot() {
    return snapshots.current().snapshot();
  }

  @Override
  public long getRequested() {
    return snapshot().requestedBytes();
  }

  @Override
  public long getUsed() {
    return snapshot().usedBytes();
  }

  @Override
  public long getActive() {
    return snapshot().activeBytes();
  }

  @Override
  public long getCommitted() {
    return snapshot().committedBytes();
  }

  @Override
  public long getReserved() {
    return snapshot().reservedBytes();
  }

  @Override
  public long getPeakUsed() {
    return snapshot().peakUsedBytes();
  }

  @Override
  public long getLiveBlocks() {
    return snapshot().liveBlocks();
  }

  @Override
  public long getAllocations() {
    return snapshot().allocations();
  }

  @Override
  public long getFrees() {
    return snapshot().frees();
  }

  @Override
  public long getAllocated() {
    return snapshot().allocatedBytes();
  }

  @Override
  public long getFreed() {
    return snapshot().freedBytes();
  }

  @Override
  public long getRejections() {
    return snapshot().rejections();
  }

  @Override
  public long getMisuses() {
    return snapshot().misuses();
  }

  @Override
  public long getRemoteFrees() {
    return snapshot().remoteFrees();
  }

  @Override
  public long getObservedBlocks() {
    return snapshot().observedBlocks();
  }

  @Override
  public long getOpenArenas() {
    return snapshot().openArenas();
  }

  @Override
  public long getGuardedBlocks() {
    return snapshot().guardedBlocks();
  }

  @Override
  public long getGuardBytes() {
    return snapshot().guardBytes();
  }

  @Override
  public long getReturned() {
    return snapshot().returnedBytes();
  }

  @Override
  public long getSystemCalls() {
    return snapshot().systemCalls();
  }

  @Override
  public String getVersion() {
    return source.configuration().getOrDefault("version", "");
  }

  @Override
  public String getSafetyMode() {
    return source.configuration().getOrDefault("safetyMode", "");
  }

  @Override
  public String getPageSource() {
    return source.configuration().getOrDefault("pageSource", "");
  }

  @Override
  public PressureLevel getPressureLevel() {
    List<BudgetUsage> budgets = snapshot().budgets(); // the root first
    return budgets.isEmpty()
        ? PressureLevel.NONE
        : PressureLevel.of(budgets.getFirst().usedBytes(), budgets.getFirst().limits());
  }

  @Override
  public List<SizeClassUsage> getSizeClasses() {
    return snapshot().sizeClasses();
  }

  @Override
  public long getNotificationsDropped() {
    return queue.dropped();
  }
}
