package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is committed and what was returned, read while memory goes from the one to the other. */
class ReturnedBytesTest {

  private static final long BURST = 24 << 20;
  private static final int BURSTS = 300;

  /** So many that a reading takes its time, and memory goes amid it. */
  private static final int BUDGETS = 2_000;

  @Test
  void togetherTheyNeverTellOfMoreThanWasMapped() throws Exception {
    AtomicLong mapped = new AtomicLong();
    AtomicLong excess = new AtomicLong();
    AtomicLong readings = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    try (MemoryManager manager = MemoryManager.builder().discoverViews(false).build()) {
      for (int i = 0; i < BUDGETS; i++) {
        manager.rootBudget().child("b" + i, BudgetLimits.unlimited());
      }
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!done.get()) {
                      MemorySnapshot snapshot = manager.snapshot();
                      long told = snapshot.committedBytes() + snapshot.returnedBytes();
                      // Read last: bursts that came meanwhile only allow for more.
                      excess.accumulateAndGet(told - mapped.get(), Math::max);
                      readings.incrementAndGet();
                    }
                  });
      for (int i = 0; i < BURSTS; i++) {
        mapped.addAndGet(BURST);
        manager.allocate(BURST).close();
        manager.purge();
      }
      done.set(true);
      reader.join();
      assertThat(readings).hasPositiveValue();
      assertThat(manager.snapshot().returnedBytes()).isEqualTo(mapped.get());
      assertThat(excess).as("bytes told of beyond all that was ever mapped").hasValue(0);
    }
  }
}
