package io.rmm.stress;

import io.rmm.allocator.AllocationSample;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MisuseReport;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a manager reports under a load that does nothing wrong, where every report is a false alarm;
 * and how much its detectors had to do meanwhile, lest they be silent because they slept.
 *
 * <p>That a site has grown over six minutes is advice, and may be true of a load that does nothing
 * wrong. It is counted apart.
 */
final class Alarms implements MemoryListener {

  private final AtomicReference<@Nullable String> first = new AtomicReference<>();
  private final LongAdder observed = new LongAdder();
  private final LongAdder advice = new LongAdder();
  private long mostGuarded;
  private long mostGuardBytes;

  @Override
  public void onMisuse(MisuseReport report) {
    raise(report.toString());
  }

  @Override
  public void onLeak(LeakSuspect suspect) {
    if (suspect.evidence().equals(LeakSuspect.GROWTH)) {
      advice.increment();
      System.out.println("advice: " + suspect);
    } else {
      raise(suspect.toString());
    }
  }

  @Override
  public void onSample(AllocationSample sample) {
    observed.increment();
  }

  private void raise(String alarm) {
    System.out.println("ALARM: " + alarm);
    first.compareAndSet(null, alarm);
  }

  /** Notes what stands between guard pages. By one thread. */
  void look(MemorySnapshot snapshot) {
    mostGuarded = Math.max(mostGuarded, snapshot.guardedBlocks());
    mostGuardBytes = Math.max(mostGuardBytes, snapshot.guardBytes());
  }

  /** Throws if there was one. After the manager was closed there will be no more. */
  void check() {
    String alarm = first.get();
    if (alarm != null) {
      throw new Violation("a false alarm: " + Objects.requireNonNull(alarm));
    }
  }

  @Override
  public String toString() {
    return String.format(
        "%,d blocks observed, up to %,d at a time guarded in %,d bytes; %d times advised of growth",
        observed.sum(), mostGuarded, mostGuardBytes, advice.sum());
  }
}
