package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Virtual threads, which come in numbers no heap each could serve. */
class VirtualThreadTest {

  @Test
  void fiftyThousandAllocateUseAndFree() throws Exception {
    try (MemoryManager manager =
            MemoryManager.builder().pageSource("linux").discoverViews(false).build();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> tasks = new ArrayList<>();
      for (int i = 0; i < 50_000; i++) {
        long number = i;
        tasks.add(
            executor.submit(
                () -> {
                  try (Block block = manager.allocate(8 + number % 2_000);
                      Arena arena = manager.openConfinedArena()) {
                    block.segment().set(ValueLayout.JAVA_LONG, 0, number);
                    MemorySegment segment = arena.allocate(64);
                    // Leaves its carrier, so that another comes in between.
                    LockSupport.parkNanos(1);
                    assertThat(block.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(number);
                    assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isZero();
                    segment.fill((byte) -1);
                  }
                }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
      MemorySnapshot end = manager.snapshot();
      Invariants.check(end);
      assertThat(end.allocations()).isEqualTo(100_000);
      assertThat(end.liveBlocks()).isZero();
      assertThat(end.threadHeaps() - end.stripes())
          .as("heaps of platform threads")
          .isLessThanOrEqualTo(2);
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }
}
