package io.rmm.jmx;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;

/** One budget of a source. */
final class BudgetBean implements BudgetMXBean {

  /** The operation that sets a threshold, by whichever way it comes. */
  static final String SET_THRESHOLD = "setUsageThreshold";

  private final String path;
  private final Snapshots snapshots;
  private final Audit audit;
  private final BeanNotifications notifications;
  private final UsageThreshold threshold = new UsageThreshold();

  BudgetBean(String path, Snapshots snapshots, Audit audit, BeanNotifications notifications) {
    this.path = path;
    this.snapshots = snapshots;
    this.audit = audit;
    this.notifications = notifications;
  }

  private BudgetUsage usage() {
    BudgetUsage usage = snapshots.current().budgets().get(path);
    if (usage == null) {
      throw new IllegalStateException("There is no budget " + path + " any more");
    }
    return usage;
  }

  /** Tells if the budget has come to its threshold. */
  void look() {
    BudgetUsage usage = snapshots.current().budgets().get(path);
    if (usage != null && threshold.isCrossedBy(usage.usedBytes())) {
      ThresholdCrossing crossing =
          new ThresholdCrossing(path, usage.usedBytes(), threshold.bytes(), threshold.count());
      notifications.send(
          path + " holds " + crossing.used() + " bytes, threshold " + crossing.threshold(),
          System.currentTimeMillis(),
          crossing);
    }
  }

  @Override
  public long getUsed() {
    return usage().usedBytes();
  }

  @Override
  public long getPeak() {
    return usage().peakBytes();
  }

  @Override
  public BudgetLimits getLimits() {
    return usage().limits();
  }

  @Override
  public long getRejections() {
    return usage().rejections();
  }

  @Override
  public long getAllocations() {
    return usage().allocations();
  }

  @Override
  public long getFrees() {
    return usage().frees();
  }

  @Override
  public long getUsageThreshold() {
    return threshold.bytes();
  }

  @Override
  public void setUsageThreshold(long bytes) {
    audit.perform(
        SET_THRESHOLD,
        thresholdArguments(path, bytes),
        () -> {
          long hard = usage().limits().hard();
          if (bytes < 0 || bytes > hard) {
            throw new IllegalArgumentException(
                "a usage threshold is from 0 to the hard limit, " + hard + ", not " + bytes);
          }
          threshold.set(bytes);
        });
  }

  static String thresholdArguments(String path, long bytes) {
    return "budget=" + path + ", bytes=" + bytes;
  }

  @Override
  public boolean isUsageThresholdExceeded() {
    return threshold.isExceededBy(usage().usedBytes());
  }

  @Override
  public long getUsageThresholdCount() {
    return threshold.count();
  }
}
