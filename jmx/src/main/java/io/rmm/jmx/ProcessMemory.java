package io.rmm.jmx;

import io.rmm.allocator.MemorySource;
import io.rmm.jmx.ledger.Account;
import io.rmm.jmx.ledger.ContainerLimits;
import io.rmm.jmx.ledger.Ledger;
import io.rmm.jmx.ledger.LedgerSample;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The sums of the native-memory ledger, for a view that shows them elsewhere than in JMX: the same
 * samples that {@link NativeMemoryLedgerMXBean} shows, be that bean registered or not.
 *
 * <p>Reading never waits. It has a daemon thread take samples for the next two minutes, so a client
 * that reads at least that often finds them some seconds old; the first read finds none.
 *
 * <p>Safe for use by several threads.
 */
public final class ProcessMemory implements AutoCloseable {

  /**
   * What all lines of the ledger add up to.
   *
   * @param resident bytes of the process that are in memory
   * @param explained those of them of which it is known what they are for
   * @param unexplained the others
   */
  public record Sums(long resident, long explained, long unexplained) {

    private static Sums of(LedgerSample sample) {
      return new Sums(sample.resident(), sample.explained(), sample.unexplained());
    }
  }

  private final MemorySource source;
  private final @Nullable Ledger ledger;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ProcessMemory(MemorySource source, @Nullable Ledger ledger) {
    this.source = source;
    this.ledger = ledger;
  }

  /**
   * Opens the ledger for a view.
   *
   * @param source what the view shows; its memory is told apart from the rest of the process's
   */
  public static ProcessMemory open(MemorySource source) {
    // The JVM tells of its memory by beans: without them there is no ledger.
    if (ModuleLayer.boot().findModule("java.management").isEmpty()) {
      return new ProcessMemory(source, null);
    }
    Ledger ledger = Ledger.ofThisProcess();
    ledger.add(source);
    return new ProcessMemory(source, ledger);
  }

  /** Returns the sums of the latest sample, if there is one and the system tells them. */
  public Optional<Sums> latest() {
    return ledger == null
        ? Optional.empty()
        : ledger
            .latestMemory()
            .filter(sample -> sample.resident() != Account.UNKNOWN)
            .map(Sums::of);
  }

  /** Returns the lowest memory limit of the process's control group and those above it, if any. */
  public OptionalLong containerLimit() {
    if (ledger == null) {
      return OptionalLong.empty();
    }
    return ledger.latestContainer().stream()
        .mapToLong(ContainerLimits.Reading::limit)
        .filter(limit -> limit != ContainerLimits.NONE)
        .findFirst();
  }

  /** Closes the ledger for this view. Closing once more does nothing. */
  @Override
  public void close() {
    if (ledger != null && closed.compareAndSet(false, true)) {
      ledger.remove(source);
    }
  }
}
