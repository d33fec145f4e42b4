package io.rmm.jmx;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;
import io.rmm.allocator.MemorySource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The snapshots that the beans of one source show.
 *
 * <p>JMX asks for attributes one by one. Were each answered from a snapshot of its own, a client
 * would see used bytes above committed ones, and a scrape of n budgets would take n snapshots of n
 * budgets each. So a snapshot serves all reads for 10 ms, far below the period of any client, and
 * the reads of one {@code getAttributes} call share one in any case.
 *
 * <p>The lock is held while a snapshot is taken, so that it is taken once and none is followed by
 * an older one. Only threads that read beans ever wait for it.
 */
final class Snapshots implements SharedReads {

  private static final long FRESH_NANOS = 10_000_000;

  /** A snapshot, with its budgets by path. */
  record Reading(MemorySnapshot snapshot, Map<String, BudgetUsage> budgets, long nanoTime) {}

  private final MemorySource source;
  private final LongSupplier nanoClock;
  private final ScopedValue<Reading> shared = ScopedValue.newInstance();
  private Reading latest;

  Snapshots(MemorySource source, LongSupplier nanoClock) {
    this.source = source;
    this.nanoClock = nanoClock;
    this.latest = read();
  }

  /** Returns what the reader shares with the other reads of its call, or else what is fresh. */
  Reading current() {
    return shared.isBound() ? shared.get() : fresh();
  }

  @Override
  public <T> T shared(Supplier<T> reads) {
    return ScopedValue.where(shared, current()).call(reads::get);
  }

  private synchronized Reading fresh() {
    if (nanoClock.getAsLong() - latest.nanoTime() > FRESH_NANOS) {
      latest = read();
    }
    return latest;
  }

  private Reading read() {
    long nanoTime = nanoClock.getAsLong();
    MemorySnapshot snapshot = source.snapshot();
    Map<String, BudgetUsage> budgets = HashMap.newHashMap(snapshot.budgets().size());
    snapshot.budgets().forEach(usage -> budgets.put(usage.path(), usage));
    return new Reading(snapshot, budgets, nanoTime);
  }
}
