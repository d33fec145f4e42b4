package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of any number of threads that close one handle, exactly one frees the block. */
class RacedCloseTest {

  /** Blocks offered at a time; the threads run over all of them with no meeting in between. */
  private static final int BATCH = 1_000;

  @ParameterizedTest
  @CsvSource({"2, 100000", "4, 40000"})
  void exactlyOneWins(int threads, int rounds) throws Exception {
    try (MemoryManager manager =
        MemoryManager.builder()
            .pageSource("linux")
            .discoverViews(false)
            .safetyMode(SafetyMode.FAST)
            .build()) {
      AtomicInteger losses = new AtomicInteger();
      for (int batch = 0; batch < rounds / BATCH; batch++) {
        AtomicReferenceArray<Block> blocks = new AtomicReferenceArray<>(BATCH);
        AtomicIntegerArray wins = new AtomicIntegerArray(BATCH);
        for (int i = 0; i < BATCH; i++) {
          blocks.set(i, manager.allocate(i % 200));
        }
        Threads.together(
            threads,
            _ -> {
              for (int i = 0; i < BATCH; i++) {
                try {
                  blocks.get(i).close();
                  wins.incrementAndGet(i);
                } catch (MemoryMisuseException e) {
                  losses.incrementAndGet();
                }
              }
            });
        for (int i = 0; i < BATCH; i++) {
          assertThat(wins.get(i)).isEqualTo(1);
        }
        assertThat(manager.snapshot().liveBlocks()).isZero();
      }
      assertThat(losses).hasValue(rounds * (threads - 1));
      assertThat(manager.snapshot().misusesByKind())
          .containsEntry(MisuseKind.DOUBLE_FREE, (long) rounds * (threads - 1));
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }
}
