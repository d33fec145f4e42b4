package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks between guard pages: what they are to their user, and what a misuse of them comes to. */
class GuardedBlockTest {

  /** Enough calls for the JIT to compile the caller. */
  private static final int MANY = 20_000;

  /** What is read is used, lest the JIT leave the reading out. */
  private volatile long sink;

  private final Reports reports = new Reports();
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager =
        MemoryManager.builder()
            .pageSource("linux")
            .safetyMode(SafetyMode.PARANOID)
            .discoverViews(false)
            .listener(reports)
            .build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Block guarded(long size) {
    long before = manager.snapshot().guardedBlocks();
    Block block = manager.allocate(size);
    assertThat(manager.snapshot().guardedBlocks()).isEqualTo(before + 1);
    return block;
  }

  /** Looks beyond the block, as native code or a stale pointer would. */
  @SuppressWarnings("restricted")
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  // ---- to its user ----

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 15, 16, 100, 4095, 4096, 4097, 70_000, 1 << 20})
  void aGuardedBlockIsABlockLikeAnyOther(long size) {
    for (int i = 0; i < 8; i++) {
      Block block = guarded(size);
      assertThat(block.segment().byteSize()).isEqualTo(size);
      assertThat(block.address() % 16).isZero();
      assertThat(block.segment().address()).isEqualTo(block.address());
      assertThat(manager.reserves(block.address())).isTrue();
      block.segment().fill((byte) i);
      assertThat(block.segment().mismatch(block.segment())).isEqualTo(-1);
      assertThat(manager.snapshot().guardBytes())
          .isEqualTo(Math.max(1, (size + 4095) / 4096) * 4096);
      block.close();
      assertThat(manager.snapshot().guardBytes()).isZero();
      Invariants.check(manager.snapshot());
    }
    assertThat(reports.misuses).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 64, 4096})
  void theAlignmentIsKept(long alignment) {
    for (int i = 0; i < 8; i++) {
      try (Block block = manager.allocate(100, alignment)) {
        assertThat(block.address() % Math.max(16, alignment)).isZero();
        assertThat(manager.snapshot().guardedBlocks()).isEqualTo(1);
      }
    }
  }

  @Test
  void whatIsTooLargeOrAlignedTooWideStaysInItsSlot() {
    try (Block _ = manager.allocate((1 << 20) + 1);
        Block _ = manager.allocate(100, 8192)) {
      assertThat(manager.snapshot().guardedBlocks()).isZero();
    }
  }

  @Test
  void resizingKeepsTheContents() {
    Block block = guarded(100);
    block.segment().fill((byte) 7);
    Block larger = block.resize(110);
    assertThat(larger.segment().asSlice(0, 100).toArray(ValueLayout.JAVA_BYTE)).containsOnly(7);
    assertThat(block.isAlive()).isFalse();
    larger.close();
    assertThat(manager.snapshot().guardedBlocks()).isZero();
  }

  @Test
  void aSharedBlockEndsWithItsLastHandle() {
    Block block = guarded(100);
    Block other = block.share();
    MemorySegment memory = block.segment();
    block.close();
    memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    other.close();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(InternalError.class);
  }

  @Test
  void aDetachedBlockIsFreedByTheAddressThatItIsSeenAt() {
    Block block = guarded(100);
    long id = block.id();
    long address = block.address();
    assertThat(block.detach()).isEqualTo(address);
    assertThat(refused(MisuseKind.INVALID_FREE, address + 8).blockId()).isEqualTo(id);
    manager.free(address);
    assertThat(manager.snapshot().guardedBlocks()).isZero();
    assertThat(refused(MisuseKind.DOUBLE_FREE, address).blockId()).isEqualTo(id);
    Block other = guarded(100);
    assertThat(refused(MisuseKind.INVALID_FREE, other.address()).blockId()).isEqualTo(other.id());
    other.close();
  }

  private MisuseReport refused(MisuseKind kind, long address) {
    MemoryMisuseException refused =
        catchThrowableOfType(MemoryMisuseException.class, () -> manager.free(address));
    assertThat(refused.report().kind()).isEqualTo(kind);
    return refused.report();
  }

  @Test
  void ofRacingFreesByAddressOneWins() throws Exception {
    for (int round = 0; round < 200; round++) {
      long address = guarded(64).detach();
      AtomicInteger won = new AtomicInteger();
      Threads.together(
          4,
          _ -> {
            try {
              manager.free(address);
              won.incrementAndGet();
            } catch (MemoryMisuseException e) {
              assertThat(e.report().kind()).isEqualTo(MisuseKind.DOUBLE_FREE);
            }
          });
      assertThat(won).hasValue(1);
    }
    assertThat(manager.snapshot().guardBytes()).isZero();
  }

  // ---- misuse by Java code ----

  @Test
  void aStaleViewIsRefusedInterpretedAndCompiled() {
    Block block = guarded(100);
    MemorySegment stale = block.segment();
    ByteBuffer buffer = block.asByteBuffer();
    MemorySegment target = MemorySegment.ofArray(new byte[100]);
    block.close();
    // Not mismatch, which may end the process: it is left to a stub whose faults HotSpot does not
    // survive, if the first byte's fault is told too late.
    List<Runnable> accesses =
        List.of(
            () -> sink = stale.get(ValueLayout.JAVA_LONG, 8),
            () -> stale.set(ValueLayout.JAVA_INT, 0, 1),
            () -> stale.fill((byte) 1),
            () -> stale.copyFrom(target),
            () -> target.copyFrom(stale),
            () -> sink = stale.toArray(ValueLayout.JAVA_BYTE).length,
            () -> buffer.put(0, (byte) 1));
    for (Runnable access : accesses) {
      int refused = 0;
      for (int i = 0; i < MANY; i++) {
        try {
          access.run();
        } catch (InternalError e) {
          refused++;
        }
      }
      assertThat(refused).as("after %d", sink).isEqualTo(MANY);
    }
  }

  @Test
  void anAccessToThePageBehindOrBeforeIsRefused() {
    MemorySegment memory = everything();
    for (int i = 0; i < 8; i++) {
      try (Block block = guarded(4096)) {
        assertThatExceptionOfType(InternalError.class)
            .isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, block.address() + 4096));
        assertThatExceptionOfType(InternalError.class)
            .isThrownBy(() -> memory.set(ValueLayout.JAVA_BYTE, block.address() - 1, (byte) 0));
      }
    }
    assertThat(reports.misuses).as("nothing was damaged").isEmpty();
  }

  @Test
  void blocksLieAtEitherEndOfTheirPages() {
    int right = 0;
    for (int i = 0; i < 200; i++) {
      try (Block block = guarded(128)) {
        long within = block.address() % 4096;
        assertThat(within).isIn(0L, 4096L - 128);
        right += within == 0 ? 0 : 1;
      }
    }
    // The chance to be outside is below 10^-9.
    assertThat(right).isBetween(55, 145);
  }

  // ---- what is found at the free ----

  @Test
  void aWriteIntoTheSlackBehindIsReportedWhenTheBlockIsFreed() {
    // 100 bytes leave 12 to a multiple of 16 at the right, and nearly all of a page at the left.
    long end = 100;
    for (int i = 0; i < 8; i++) {
      Block block = guarded(end);
      everything().set(ValueLayout.JAVA_BYTE, block.address() + end + 3, (byte) 0);
      block.close();
      MisuseReport report = reports.onlyMisuse();
      assertThat(report.kind()).isEqualTo(MisuseKind.OVERRUN);
      assertThat(report.offset()).isEqualTo(end + 3);
      assertThat(report.blockId()).isEqualTo(block.id());
      assertThat(report.blockSize()).isEqualTo(end);
      assertThat(report.allocationSite().top()).contains("GuardedBlockTest.guarded");
      assertThat(report.freeSite().top()).contains("aWriteIntoTheSlack");
      assertThat(report.detail()).contains("3 bytes behind");
    }
    assertThat(manager.snapshot().misusesByKind()).containsEntry(MisuseKind.OVERRUN, 8L);
  }

  @Test
  void aWriteIntoTheSlackBeforeIsReportedWhenTheBlockIsFreed() {
    Block block = guarded(128);
    while (block.address() % 4096 == 0) {
      block.close();
      block = guarded(128);
    }
    everything().set(ValueLayout.JAVA_BYTE, block.address() - 5, (byte) 0);
    everything().set(ValueLayout.JAVA_BYTE, block.address() - 900, (byte) 0);
    block.close();
    MisuseReport report = reports.onlyMisuse();
    assertThat(report.kind()).isEqualTo(MisuseKind.UNDERRUN);
    assertThat(report.offset()).as("the nearest").isEqualTo(-5);
  }

  @Test
  void whatIsFoundIsThrownIfAskedFor() {
    try (MemoryManager strict =
        MemoryManager.builder()
            .pageSource("linux")
            .safetyMode(SafetyMode.PARANOID)
            .onMisuse(MisuseKind.OVERRUN, MisuseAction.THROW)
            .discoverViews(false)
            .build()) {
      Block block = strict.allocate(20);
      everything().set(ValueLayout.JAVA_BYTE, block.address() + 20, (byte) 0);
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
      Block detached = strict.allocate(20);
      everything().set(ValueLayout.JAVA_BYTE, detached.address() + 20, (byte) 0);
      long address = detached.detach();
      assertThatThrownBy(() -> strict.free(address)).isInstanceOf(MemoryMisuseException.class);
      MemorySnapshot snapshot = strict.snapshot();
      assertThat(snapshot.liveBlocks()).isZero();
      assertThat(snapshot.guardBytes()).isZero();
      assertThat(snapshot.misusesByKind()).containsEntry(MisuseKind.OVERRUN, 2L);
    }
  }

  @Test
  void aManagerThatIsClosedLooksAtItsLiveBlocksAndSealsThem() {
    Reports told = new Reports();
    MemoryManager closing =
        MemoryManager.builder()
            .pageSource("linux")
            .safetyMode(SafetyMode.PARANOID)
            .listener(told)
            .discoverViews(false)
            .build();
    Block damaged = closing.allocate(20);
    MemorySegment stale = damaged.segment();
    everything().set(ValueLayout.JAVA_BYTE, damaged.address() + 20, (byte) 0);
    closing.close();
    assertThat(told.misuses).extracting(MisuseReport::kind).contains(MisuseKind.OVERRUN);
    assertThat(closing.snapshot().guardedBlocks()).isZero();
    assertThatThrownBy(() -> stale.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(InternalError.class);
    assertThatThrownBy(damaged::close).isInstanceOf(IllegalStateException.class);
  }

  // ---- the budget ----

  @Test
  void theBudgetIsKeptAndBlocksGoOnWithoutGuards() {
    try (MemoryManager small =
        MemoryManager.builder()
            .pageSource("linux")
            .safetyMode(SafetyMode.PARANOID)
            .guardBudget(10 * 4096)
            .discoverViews(false)
            .build()) {
      List<Block> blocks = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        blocks.add(small.allocate(3 * 4096 - 10));
        blocks.getLast().segment().fill((byte) 1);
      }
      assertThat(small.snapshot().guardedBlocks()).isEqualTo(3);
      assertThat(small.snapshot().guardBytes()).isEqualTo(9 * 4096);
      blocks.forEach(Block::close);
      assertThat(small.snapshot().guardBytes()).isZero();
      try (Block _ = small.allocate(100)) {
        assertThat(small.snapshot().guardedBlocks()).isEqualTo(1);
      }
    }
  }

  @Test
  void thereIsNoGuardWithoutABudgetNorInModeFast() {
    for (MemoryManager.Builder builder :
        List.of(
            MemoryManager.builder().safetyMode(SafetyMode.PARANOID).guardBudget(0),
            MemoryManager.builder().safetyMode(SafetyMode.FAST).sampleInterval(1))) {
      try (MemoryManager without = builder.pageSource("linux").discoverViews(false).build();
          Block block = without.allocate(100)) {
        assertThat(without.snapshot().guardedBlocks()).isZero();
        block.segment().fill((byte) 1);
      }
    }
    assertThatThrownBy(() -> MemoryManager.builder().guardBudget(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noBlockIsGuardedBeyondTheHardLimit() {
    long limit = 256 << 10;
    try (MemoryManager limited =
        MemoryManager.builder()
            .pageSource("linux")
            .safetyMode(SafetyMode.PARANOID)
            .limits(BudgetLimits.hard(limit))
            .discoverViews(false)
            .build()) {
      List<Block> blocks = new ArrayList<>();
      long guards = 0;
      for (int i = 0; i < 200; i++) {
        blocks.add(limited.allocate(1024));
        MemorySnapshot snapshot = limited.snapshot();
        if (snapshot.guardBytes() > guards) {
          guards = snapshot.guardBytes();
          assertThat(snapshot.committedBytes() + guards).isLessThanOrEqualTo(limit);
        }
      }
      assertThat(guards).isBetween(4096L, limit - 4096);
      blocks.forEach(Block::close);
    }
  }
}
