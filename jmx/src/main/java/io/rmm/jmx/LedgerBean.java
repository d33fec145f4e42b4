package io.rmm.jmx;

import io.rmm.jmx.ledger.ContainerLimits;
import io.rmm.jmx.ledger.Ledger;
import io.rmm.jmx.ledger.LedgerSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The ledger of the process, as a bean. */
final class LedgerBean implements NativeMemoryLedgerMXBean, SharedReads {

  private record Reading(LedgerSample memory, ContainerLimits.Reading container) {}

  private final Ledger ledger;
  private final ScopedValue<Reading> shared = ScopedValue.newInstance();

  LedgerBean(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  public <T> T shared(Supplier<T> reads) {
    ContainerLimits.Reading container = container(); // first, for it does not take long
    Reading reading = new Reading(memory(), container);
    return ScopedValue.where(shared, reading).call(reads::get);
  }

  private LedgerSample memory() {
    return shared.isBound() ? shared.get().memory() : ledger.memory();
  }

  private ContainerLimits.Reading container() {
    return shared.isBound() ? shared.get().container() : ledger.container();
  }

  @Override
  public long getResidentBytes() {
    return memory().resident();
  }

  @Override
  public long getExplainedBytes() {
    return memory().explained();
  }

  @Override
  public long getUnexplainedBytes() {
    return memory().unexplained();
  }

  @Override
  public List<LedgerLine> getLines() {
    return memory().accounts().stream().map(LedgerLine::of).toList();
  }

  @Override
  public Map<String, Long> getManagers() {
    return memory().managers();
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
    List<String> notes = new ArrayList<>(memory().notes());
    String note = container().note();
    if (!note.isEmpty()) {
      notes.add(note);
    }
    return notes;
  }

  @Override
  public long getSampleTime() {
    return memory().time();
  }

  @Override
  public long getSampleDuration() {
    return memory().duration();
  }
}
