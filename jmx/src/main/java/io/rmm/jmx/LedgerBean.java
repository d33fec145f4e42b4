package io.rmm.jmx;

import io.rmm.jmx.ledger.Account;
import io.rmm.jmx.ledger.ContainerLimits;
import io.rmm.jmx.ledger.LedgerSample;
import io.rmm.jmx.ledger.Purpose;
import io.rmm.jmx.ledger.SampledLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of the process.
 *
 * <p>The container's files are read anew when they were read more than a second ago: headroom is
 * what alarms go by, and to read them takes a fraction of a millisecond. On machines with very many
 * groups the kernel adds up their statistics for it, so not at each read.
 */
final class LedgerBean implements NativeMemoryLedgerMXBean, SharedReads {

  private static final long CONTAINER_FRESH_NANOS = 1_000_000_000;

  private record Reading(LedgerSample sample, ContainerLimits.Reading container) {}

  private final SampledLedger ledger;
  private final ContainerLimits limits;
  private final LongSupplier nanoClock;
  private final ScopedValue<Reading> shared = ScopedValue.newInstance();
  private ContainerLimits.@Nullable Reading container;
  private long containerNanoTime;

  LedgerBean(SampledLedger ledger, ContainerLimits limits, LongSupplier nanoClock) {
    this.ledger = ledger;
    this.limits = limits;
    this.nanoClock = nanoClock;
  }

  @Override
  public <T> T shared(Supplier<T> reads) {
    Reading reading = new Reading(sample(), container());
    return ScopedValue.where(shared, reading).call(reads::get);
  }

  private LedgerSample sample() {
    return shared.isBound() ? shared.get().sample() : ledger.current();
  }

  private ContainerLimits.Reading container() {
    return shared.isBound() ? shared.get().container() : freshContainer();
  }

  private synchronized ContainerLimits.Reading freshContainer() {
    long now = nanoClock.getAsLong();
    ContainerLimits.Reading known = container;
    if (known == null || now - containerNanoTime > CONTAINER_FRESH_NANOS) {
      known = limits.read();
      container = known;
      containerNanoTime = now;
    }
    return known;
  }

  @Override
  public long getResidentBytes() {
    return sample().resident();
  }

  @Override
  public long getExplainedBytes() {
    LedgerSample sample = sample();
    long unexplained = unexplained(sample);
    return unexplained == Account.UNKNOWN ? Account.UNKNOWN : sample.resident() - unexplained;
  }

  @Override
  public long getUnexplainedBytes() {
    return unexplained(sample());
  }

  private static long unexplained(LedgerSample sample) {
    return sample.accounts().stream()
        .filter(account -> account.purpose() == Purpose.UNEXPLAINED)
        .mapToLong(Account::resident)
        .findFirst()
        .orElse(Account.UNKNOWN);
  }

  @Override
  public List<LedgerLine> getLines() {
    return sample().accounts().stream().map(LedgerLine::of).toList();
  }

  @Override
  public Map<String, Long> getManagers() {
    return sample().managers();
  }

  @Override
  public long getContainerLimit() {
    return container().limit();
  }

  @Override
  public long getContainerUsage() {
    return container().usage();
  }

  @Override
  public long getHeadroom() {
    return container().headroom();
  }

  @Override
  public List<String> getNotes() {
    List<String> notes = new ArrayList<>(sample().notes());
    if (!container().note().isEmpty()) {
      notes.add(container().note());
    }
    return notes;
  }

  @Override
  public long getSampleTime() {
    return sample().time();
  }

  @Override
  public long getSampleDuration() {
    return sample().duration();
  }
}
