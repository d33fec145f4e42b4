package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much freed memory rests, and that it makes way for what is live. */
class QuarantineBoundsTest {

  private static MemoryManager.Builder builder() {
    return MemoryManager.builder()
        .safetyMode(SafetyMode.SAFE)
        // Blocks between guard pages do not rest in their slots.
        .guardBudget(0)
        .discoverViews(false);
  }

  @Test
  void whatIsLargerThanTheQuarantineDoesNotRest() {
    try (MemoryManager manager = builder().build()) {
      Block block = manager.allocate(64 << 20);
      MemorySegment stale = block.segment();
      block.close();
      assertThatIllegalStateException().isThrownBy(() -> stale.get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void whatRestsIsBounded() {
    try (MemoryManager manager = builder().quarantine(1 << 20).build()) {
      for (int i = 0; i < 100_000; i++) {
        manager.allocate(1 + i % 3_000).close();
        if (i % 1000 == 0) {
          assertThat(manager.snapshot().committedBytes()).isLessThan(16 << 20);
        }
      }
    }
  }

  @Test
  void aLimitIsNotRefusedForWhatRests() {
    long limit = 16 << 20;
    try (MemoryManager manager = builder().limits(BudgetLimits.hard(limit)).build()) {
      for (int round = 0; round < 20; round++) {
        List<Block> blocks = new ArrayList<>();
        // Of another size in each round, so that no page of the last one serves.
        long size = 8_000 + round * 2_000L;
        for (long bytes = 0; bytes < 12 << 20; bytes += size + size / 4) {
          blocks.add(manager.allocate(size));
        }
        blocks.forEach(Block::close);
      }
      assertThat(manager.snapshot().rejections()).isZero();
      assertThat(manager.snapshot().committedBytes()).isLessThanOrEqualTo(limit);
    }
  }

  @Test
  void longLivedBlocksHoldUpNoMoreThanMayBe() {
    try (MemoryManager manager = builder().build()) {
      List<Block> longLived = new ArrayList<>();
      long freed = 0;
      for (int i = 0; i < 400_000; i++) {
        Block block = manager.allocate(1_000);
        if (i % 400 == 0) {
          longLived.add(block);
        } else {
          block.close();
          freed++;
        }
      }
      MemorySnapshot snapshot = manager.snapshot();
      assertThat(freed * 1_024).isGreaterThan(300L << 20);
      // 8 MiB that wait for their end, and as much that is held up.
      assertThat(snapshot.activeBytes() - snapshot.usedBytes()).isLessThan(18 << 20);
      longLived.forEach(Block::close);
    }
  }
}
