package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemoryManager;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SnapshotsTest {

  private static final long MILLISECOND = 1_000_000;

  private final MemoryManager manager =
      MemoryManager.builder().name("snapshots").discoverViews(false).build();
  private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - MILLISECOND); // overflows
  private final Snapshots snapshots = new Snapshots(manager, nanoTime::get);

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aSnapshotServesTenMilliseconds() {
    manager.allocate(64).close();
    nanoTime.addAndGet(10 * MILLISECOND);
    assertThat(allocations()).isZero();

    nanoTime.addAndGet(1);
    assertThat(allocations()).isEqualTo(1);
  }

  @Test
  void theReadsOfOneCallShareASnapshotHoweverLongTheyTake() {
    long difference =
        snapshots.shared(
            () -> {
              long first = allocations();
              manager.allocate(64).close();
              nanoTime.addAndGet(1_000 * MILLISECOND);
              return allocations() - first;
            });
    assertThat(difference).isZero();
    assertThat(allocations()).isEqualTo(1);
  }

  private long allocations() {
    return snapshots.current().snapshot().allocations();
  }
}
