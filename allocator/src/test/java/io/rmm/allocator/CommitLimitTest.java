package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The root's hard limit bounds what is committed too: containers die of committed memory. */
class CommitLimitTest {

  private static final long MIB = 1 << 20;
  private static final long LIMIT = 16 * MIB;

  private static MemoryManager manager(String source) {
    return MemoryManager.builder()
        .pageSource(source)
        .discoverViews(false)
        .limits(BudgetLimits.hard(LIMIT))
        .build();
  }

  private static List<Block> fill(MemoryManager manager, long blockBytes) {
    List<Block> blocks = new ArrayList<>();
    try {
      while (true) {
        blocks.add(manager.allocate(blockBytes));
        assertThat(manager.snapshot().committedBytes()).isLessThanOrEqualTo(LIMIT);
      }
    } catch (AllocationRejectedException e) {
      assertThat(e.rejection().rejectedBy()).isEqualTo("root");
      assertThat(e.rejection().limitBytes()).isEqualTo(LIMIT);
      assertThat(e.rejection().usedBytes()).isLessThanOrEqualTo(LIMIT);
    }
    return blocks;
  }

  @OnBothSources
  void committedStaysBelowTheLimitWhateverTheSizes(String source) {
    try (MemoryManager manager = manager(source)) {
      for (long size : List.of(5_000L, 20_000L, 64L * 1024, MIB, 2 * MIB, 3 * MIB, 70_000L)) {
        List<Block> blocks = fill(manager, size);
        assertThat(blocks).as("%d bytes", size).isNotEmpty();
        long used = manager.snapshot().usedBytes();
        assertThat(used).as("used of blocks of %d", size).isGreaterThan(LIMIT / 2);
        blocks.forEach(Block::close);
        Invariants.check(manager.snapshot());
      }
    }
  }

  /** What is empty in this or in any other heap goes back before anything is refused. */
  @OnBothSources
  void idleMemoryIsTakenBackBeforeARefusal(String source) throws Exception {
    try (MemoryManager manager = manager(source)) {
      fill(manager, 5_000).forEach(Block::close);
      manager.allocate(14 * MIB).close();
      Threads.inAnother(_ -> fill(manager, 20_000).forEach(Block::close));
      manager.allocate(14 * MIB).close();
      List<Block> blocks = fill(manager, 5_000);
      Threads.inAnother(_ -> blocks.forEach(Block::close));
      manager.allocate(14 * MIB).close();
      assertThat(manager.snapshot().rejections()).isEqualTo(3);
    }
  }

  /**
   * The tuner takes "limit" for a sign that the retained limit is too low: that has no part here.
   */
  @OnBothSources
  void whatTheHardLimitTakesBackIsNotToldAsTheRetainedLimits(String source) {
    List<String> causes = new CopyOnWriteArrayList<>();
    try (MemoryManager manager = manager(source)) {
      manager.addListener(
          new MemoryListener() {
            @Override
            public void onChunk(ChunkEvent event) {
              causes.add(event.cause());
            }
          });
      fill(manager, 3 * MIB).forEach(Block::close);
      manager.allocate(14 * MIB).close();
    }
    assertThat(causes).isNotEmpty().doesNotContain("limit");
  }

  @OnBothSources
  void blocksFreedByAddressAreTakenBackBeforeARefusal(String source) {
    try (MemoryManager manager = manager(source)) {
      manager.free(manager.allocate(12 * MIB).detach());
      manager.allocate(13 * MIB).close();
      List<Long> addresses = fill(manager, MIB).stream().map(Block::detach).toList();
      addresses.forEach(manager::free);
      manager.allocate(13 * MIB).close();
    }
  }

  @OnBothSources
  void aLimitLoweredBelowWhatIsCommittedTakesEffectAndHarmsNothing(String source) {
    try (MemoryManager manager = manager(source)) {
      Block live = manager.allocate(100);
      Block large = manager.allocate(2 * MIB);
      Block huge = manager.allocate(4 * MIB);
      live.segment().fill((byte) 1);
      large.close();
      huge.close();
      manager.rootBudget().setLimits(BudgetLimits.hard(2 * MIB));
      // The idle chunk that would serve this may not be taken, and must not be half taken.
      assertThatThrownBy(() -> manager.allocate(2 * MIB))
          .isInstanceOf(AllocationRejectedException.class);
      assertThatThrownBy(() -> manager.allocate(4 * MIB))
          .isInstanceOf(AllocationRejectedException.class);
      assertThat(manager.snapshot().committedBytes()).isLessThanOrEqualTo(2 * MIB);
      Invariants.check(manager.snapshot());
      live.close();
      manager.purge();
      try (Block block = manager.allocate(2 * MIB)) {
        block.segment().fill((byte) 2);
      }
      manager.rootBudget().setLimits(BudgetLimits.hard(8 * MIB));
      try (Block block = manager.allocate(4 * MIB)) {
        block.segment().fill((byte) 3);
      }
    }
  }

  @OnBothSources
  void anIdleChunkIsUsableWhenTheLimitFellBelowIt(String source) {
    try (MemoryManager manager = manager(source)) {
      Block one = manager.allocate(2 * MIB);
      Block two = manager.allocate(2 * MIB);
      Block huge = manager.allocate(4 * MIB);
      List.of(one, two, huge).forEach(Block::close);
      manager.rootBudget().setLimits(BudgetLimits.hard(4 * MIB));
      for (long size : List.of(2 * MIB, 100L, 4 * MIB, 2 * MIB)) {
        try (Block block = manager.allocate(size)) {
          block.segment().fill((byte) 4);
          assertThat(manager.snapshot().committedBytes()).isLessThanOrEqualTo(4 * MIB);
          Invariants.check(manager.snapshot());
        }
      }
    }
  }

  @Test
  void limitsMayBeTakenAwayAndGivenAgain() {
    try (MemoryManager manager = manager("linux")) {
      fill(manager, MIB).forEach(Block::close);
      manager.rootBudget().setLimits(BudgetLimits.unlimited());
      try (Block _ = manager.allocate(4 * LIMIT)) {
        manager.rootBudget().setLimits(BudgetLimits.hard(LIMIT));
        assertThatThrownBy(() -> manager.allocate(1))
            .isInstanceOf(AllocationRejectedException.class);
      }
      fill(manager, MIB).forEach(Block::close);
      assertThat(manager.snapshot().committedBytes()).isLessThanOrEqualTo(LIMIT);
    }
  }
}
