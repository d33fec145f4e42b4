package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is done with a closed handle is found, reported once, and has no effect. */
class ClosedHandleTest {

  private final Reports reports = new Reports();
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager =
        MemoryManager.builder()
            .pageSource("linux")
            .guardBudget(0) // where a block lies, matters here
            .sampleInterval(1L << 40) // misuses of sampled blocks are numbered apart
            .discoverViews(false)
            .listener(reports)
            .build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /**
   * Returns a block beside one that lives on: or else, once it is closed, the clock may take its
   * page back between two looks at the manager.
   */
  private Block besideAnother(long size) {
    assertThat(manager.allocate(size).isAlive()).isTrue();
    return manager.allocate(size);
  }

  /** Does {@code act}, which must be found to be {@code kind} of misuse and change nothing. */
  private MisuseReport refuse(MisuseKind kind, Block block, ThrowingCallable act) {
    MemorySnapshot before = manager.snapshot();
    MemoryMisuseException thrown = catchThrowableOfType(MemoryMisuseException.class, act);
    assertThat(thrown).as("no misuse was found").isNotNull();
    MisuseReport report = thrown.report();
    assertThat(reports.onlyMisuse()).isSameAs(report);
    assertThat(manager.snapshot().misuses()).isEqualTo(before.misuses() + 1);
    assertThat(manager.explain(new RuntimeException(thrown))).containsSame(report);
    assertThat(report.kind()).isEqualTo(kind);
    assertThat(report.blockId()).isEqualTo(block.id());
    assertThat(report.blockSize()).isEqualTo(block.byteSize());
    assertThat(report.budget()).isEqualTo("root");
    assertThat(report.threadName()).isEqualTo(Thread.currentThread().getName());
    assertThat(report.detectionSite().toString()).contains(ClosedHandleTest.class.getSimpleName());
    MemorySnapshot after = manager.snapshot();
    Invariants.checkUnchanged(before, after);
    assertThat(after.misuses()).isEqualTo(before.misuses() + 1);
    assertThat(after.misusesByKind()).containsKey(kind);
    return report;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64, 128, 100_000, 3 << 20})
  void aSecondCloseIsADoubleFree(long size) {
    Block neighbour = manager.allocate(size);
    Block block = manager.allocate(size);
    block.close();
    refuse(MisuseKind.DOUBLE_FREE, block, block::close);
    refuse(MisuseKind.DOUBLE_FREE, block, block::close);
    assertThat(neighbour.isAlive()).isTrue();
    neighbour.close();
  }

  @Test
  void aSecondCloseByAnotherThreadIsADoubleFree() throws Exception {
    Block block = besideAnother(64);
    block.close();
    Threads.inAnother(_ -> refuse(MisuseKind.DOUBLE_FREE, block, block::close));
  }

  @Test
  void aDoubleFreeIsFoundAfterAnyNumberOfReuses() {
    List<Block> stale = new ArrayList<>();
    long address = 0;
    for (int reuse = 0; reuse < 1_000; reuse++) {
      Block block = manager.allocate(64);
      if (reuse == 0) {
        address = block.address();
      }
      assertThat(block.address()).as("the slot is reused").isEqualTo(address);
      block.close();
      stale.add(block);
    }
    try (Block current = manager.allocate(64)) {
      assertThat(current.address()).isEqualTo(address);
      current.segment().set(ValueLayout.JAVA_LONG, 0, 42);
      for (Block block : stale) {
        MisuseReport report =
            catchThrowableOfType(MemoryMisuseException.class, block::close).report();
        assertThat(report.blockId()).isEqualTo(block.id());
      }
      assertThat(manager.snapshot().misusesByKind())
          .isEqualTo(Map.of(MisuseKind.DOUBLE_FREE, (long) stale.size()));
      assertThat(reports.misuses)
          .hasSize(stale.size())
          .extracting(MisuseReport::occurrences)
          .doesNotHaveDuplicates();
      assertThat(current.isAlive()).isTrue();
      assertThat(current.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    }
  }

  @Test
  void aDoubleFreeIsFoundAfterThePageWentBackToThePool() {
    Block block = manager.allocate(64);
    block.close();
    manager.purge();
    assertThat(manager.snapshot().committedBytes()).isZero();
    refuse(MisuseKind.DOUBLE_FREE, block, block::close);
    // Now other classes use the same memory.
    List<Block> others = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      others.add(manager.allocate(30_000));
    }
    refuse(MisuseKind.DOUBLE_FREE, block, block::close);
    assertThat(others).allMatch(Block::isAlive);
    others.forEach(Block::close);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64, 100_000, 3 << 20})
  void useOfAClosedHandleIsRefused(long size) {
    Block block = besideAnother(size);
    block.close();
    assertThat(block.isAlive()).isFalse();
    List<ThrowingCallable> uses =
        List.of(
            block::segment,
            block::address,
            block::asByteBuffer,
            block::share,
            () -> block.resize(10),
            block::detach);
    for (ThrowingCallable use : uses) {
      refuse(MisuseKind.USE_AFTER_FREE, block, use);
    }
  }

  @Test
  void useOfAHandleWhoseSlotHasANewBlockIsRefused() {
    Block stale = manager.allocate(64);
    long address = stale.address();
    stale.close();
    try (Block current = manager.allocate(64)) {
      assertThat(current.address()).isEqualTo(address);
      assertThat(stale.isAlive()).isFalse();
      refuse(MisuseKind.USE_AFTER_FREE, stale, stale::segment);
      refuse(MisuseKind.USE_AFTER_FREE, stale, stale::detach);
      assertThat(current.isAlive()).isTrue();
    }
  }

  @Test
  void aHandleThatDiedByResizingIsDead() {
    Block block = manager.allocate(64);
    try (Block resized = block.resize(128)) {
      refuse(MisuseKind.DOUBLE_FREE, block, block::close);
      refuse(MisuseKind.USE_AFTER_FREE, block, block::segment);
      assertThat(resized.isAlive()).isTrue();
    }
  }

  @Test
  void aHandleThatDiedByDetachingIsDead() {
    Block block = manager.allocate(64);
    long address = block.detach();
    assertThat(block.isAlive()).isFalse();
    refuse(MisuseKind.DOUBLE_FREE, block, block::close);
    refuse(MisuseKind.USE_AFTER_FREE, block, block::segment);
    refuse(MisuseKind.USE_AFTER_FREE, block, block::detach);
    refuse(MisuseKind.USE_AFTER_FREE, block, block::share);
    manager.free(address);
  }

  @Test
  void noReportTellsAnAddressOrContents() {
    Block block = besideAnother(64);
    long address = block.address();
    block.segment().fill((byte) 'S');
    block.close();
    MisuseReport report = refuse(MisuseKind.DOUBLE_FREE, block, () -> block.close());
    assertThat(report.toString())
        .contains("DOUBLE_FREE", "64 bytes", "budget root", "ClosedHandleTest")
        .doesNotContain(Long.toString(address), Long.toHexString(address), "SSSS");
  }
}
