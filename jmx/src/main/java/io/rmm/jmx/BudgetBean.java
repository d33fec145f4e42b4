package io.rmm.jmx;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;

/** One budget of a source. */
final class BudgetBean implements BudgetMXBean {

  private final String path;
  private final Snapshots snapshots;

  BudgetBean(String path, Snapshots snapshots) {
    this.path = path;
    this.snapshots = snapshots;
  }

  private BudgetUsage usage() {
    BudgetUsage usage = snapshots.current().budgets().get(path);
    if (usage == null) {
      throw new IllegalStateException("There is no budget " + path + " any more");
    }
    return usage;
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
}
