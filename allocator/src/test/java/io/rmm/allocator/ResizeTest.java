package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A block of another size with the same contents. */
class ResizeTest {

  private static MemoryManager manager(BudgetLimits limits) {
    return MemoryManager.builder()
        .pageSource("linux")
        .guardBudget(0) // where a block lies, matters here
        .discoverViews(false)
        .limits(limits)
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "100, 5000",
    "5000, 100",
    "100, 100",
    "100, 104",
    "0, 100",
    "100, 0",
    "64, 3000000",
    "3000000, 64",
    "3000000, 5000000",
    "70000, 65000"
  })
  void contentsAreKeptUpToTheSmallerSize(long from, long to) {
    try (MemoryManager manager = manager(BudgetLimits.unlimited())) {
      Block block = manager.allocate(from);
      byte[] contents = new byte[(int) from];
      for (int i = 0; i < contents.length; i++) {
        contents[i] = (byte) (i * 31);
      }
      MemorySegment.copy(contents, 0, block.segment(), ValueLayout.JAVA_BYTE, 0, contents.length);

      try (Block resized = block.resize(to)) {
        assertThat(block.isAlive()).isFalse();
        assertThat(resized.byteSize()).isEqualTo(to);
        assertThat(resized.id()).isNotEqualTo(block.id());
        long kept = Math.min(from, to);
        assertThat(
                MemorySegment.mismatch(
                    resized.segment(), 0, kept, MemorySegment.ofArray(contents), 0, kept))
            .isEqualTo(-1);
        assertThat(manager.snapshot().liveBlocks()).isEqualTo(1);
        assertThat(manager.snapshot().requestedBytes()).isEqualTo(to);
      }
      Invariants.check(manager.snapshot());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "100, 104, true",
    "1041, 1100, true",
    "100, 200, false",
    "5000, 100, false",
    "3000000, 3100000, true",
    "3000000, 5000000, false"
  })
  void aBlockStaysInItsPlaceWhereItsSlotServes(long from, long to, boolean stays) {
    try (MemoryManager manager = manager(BudgetLimits.unlimited())) {
      Block block = manager.allocate(from);
      long address = block.address();
      long used = manager.snapshot().usedBytes();
      try (Block resized = block.resize(to)) {
        assertThat(resized.address() == address).isEqualTo(stays);
        assertThat(manager.snapshot().usedBytes() == used).isEqualTo(stays);
        assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
      }
      assertThat(manager.snapshot().allocations()).isEqualTo(2);
      assertThat(manager.snapshot().liveBlocks()).isZero();
      Invariants.check(manager.snapshot());
    }
  }

  @Test
  void resizedElsewhereABlockGoesOnLivingAtHome() throws Exception {
    try (MemoryManager manager = manager(BudgetLimits.unlimited())) {
      Block block = manager.allocate(100);
      Block[] resized = new Block[1];
      Threads.inAnother(_ -> resized[0] = block.resize(104));
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
      resized[0].close();
      assertThat(manager.snapshot().liveBlocks()).isZero();
      Invariants.check(manager.snapshot());
    }
  }

  @Test
  void aBlockStaysInItsBudget() {
    try (MemoryManager manager = manager(BudgetLimits.unlimited())) {
      Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.hard(1 << 20));
      try (Block resized = tenant.allocate(100).resize(1_000)) {
        assertThat(resized.budget()).isSameAs(tenant);
      }
      assertThat(tenant.usedBytes()).isZero();
    }
  }

  @Test
  void aRefusedResizeLeavesTheBlockAsItWas() {
    try (MemoryManager manager = manager(BudgetLimits.hard(1 << 20));
        Block block = manager.allocate(1_000)) {
      block.segment().fill((byte) 7);
      MemorySnapshot before = manager.snapshot();
      assertThatThrownBy(() -> block.resize(1 << 20))
          .isInstanceOf(AllocationRejectedException.class);
      assertThatThrownBy(() -> block.resize(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> block.resize(Long.MAX_VALUE))
          .isInstanceOf(IllegalArgumentException.class);
      Invariants.checkUnchanged(before, manager.snapshot());
      assertThat(block.isAlive()).isTrue();
      assertThat(block.segment().get(ValueLayout.JAVA_BYTE, 999)).isEqualTo((byte) 7);
    }
  }

  /** Whoever comes first wins, and nothing is left behind. */
  @OnBothSources
  void resizingMayRaceWithClosing(String source) throws Exception {
    try (MemoryManager manager =
        MemoryManager.builder().pageSource(source).discoverViews(false).build()) {
      AtomicInteger resized = new AtomicInteger();
      AtomicInteger closed = new AtomicInteger();
      for (int round = 0; round < 200; round++) {
        Block block = manager.allocate(3 << 20);
        Threads.together(
            2,
            number -> {
              try {
                if (number == 0) {
                  block.close();
                  manager.purge();
                  closed.incrementAndGet();
                } else {
                  block.resize(4 << 20).close();
                  resized.incrementAndGet();
                }
              } catch (IllegalStateException e) {
                // A misuse by this thread, or, on the portable source, a copy from a dead segment.
                assertThat(block.isAlive()).isFalse();
              }
            });
        assertThat(manager.snapshot().liveBlocks()).isZero();
      }
      assertThat(resized.get() + closed.get()).isEqualTo(200);
    }
  }
}
