package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks that are freed by their address, and all the addresses that are not theirs. */
class DetachedBlockTest {

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

  private MisuseReport refuse(MisuseKind kind, long address) {
    MemorySnapshot before = manager.snapshot();
    MemoryMisuseException refused =
        catchThrowableOfType(MemoryMisuseException.class, () -> manager.free(address));
    MisuseReport report = refused.report();
    assertThat(report.kind()).isEqualTo(kind);
    MemorySnapshot after = manager.snapshot();
    assertThat(after.misuses()).isEqualTo(before.misuses() + 1);
    Invariants.checkUnchanged(before, after);
    return report;
  }

  @Test
  void toForgetABlockIsNotToForgetTheNextAtItsAddress() {
    DetachedBlocks detached = ((BudgetNode) manager.rootBudget()).engine().detached();
    long address = manager.allocate(64).detach();
    DetachedBlocks.Detached first = Objects.requireNonNull(detached.find(address));
    // As of a slot that was handed out again, and detached, before the first free was over.
    var next =
        new DetachedBlocks.Detached(
            first.page, first.slot, first.id + 1, 64, address, first.budget, null);
    detached.add(next);
    detached.forget(first);
    assertThat(detached.find(address)).isSameAs(next);
    detached.add(first);
    manager.free(address);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64, 100_000, 3 << 20})
  void aDetachedBlockLivesUntilItsAddressIsFreed(long size) {
    Block block = manager.allocate(size);
    long address = block.address();
    assertThat(block.detach()).isEqualTo(address);
    assertThat(manager.snapshot().liveBlocks()).isEqualTo(1);

    manager.free(address);
    assertThat(manager.snapshot().liveBlocks()).isZero();
    assertThat(manager.snapshot().usedBytes()).isZero();
    Invariants.check(manager.snapshot());
    MisuseReport report = refuse(MisuseKind.DOUBLE_FREE, address);
    assertThat(report.blockId()).isEqualTo(block.id());
  }

  @Test
  void aDoubleFreeIsFoundUntilTheSlotIsReusedAndNeverHarmsTheNewBlock() {
    long address = manager.allocate(64).detach();
    manager.free(address);
    List<Block> later = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Block block = manager.allocate(64);
      assertThat(block.address()).as("slots freed by address rest").isNotEqualTo(address);
      later.add(block);
    }
    refuse(MisuseKind.DOUBLE_FREE, address);
    manager.purge();
    Block reuser = manager.allocate(64);
    while (reuser.address() != address) {
      later.add(reuser);
      reuser = manager.allocate(64);
    }
    MisuseReport report = refuse(MisuseKind.INVALID_FREE, address);
    assertThat(report.blockId()).isEqualTo(reuser.id());
    assertThat(reuser.isAlive()).isTrue();
    reuser.close();
    later.forEach(Block::close);
  }

  @ParameterizedTest
  @ValueSource(longs = {64, 100_000, 3 << 20})
  void anInteriorAddressIsAnInvalidFree(long size) {
    long address = manager.allocate(size).detach();
    for (long offset : List.of(1L, 8L, 16L, size / 2, size - 1)) {
      refuse(MisuseKind.INVALID_FREE, address + offset);
    }
    manager.free(address);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 15, 4096, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 47})
  void aWildAddressIsAnInvalidFree(long address) {
    try (Block _ = manager.allocate(64)) {
      refuse(MisuseKind.INVALID_FREE, address);
    }
  }

  @Test
  void addressesAroundAndBetweenBlocksAreInvalidFrees() {
    try (Block small = manager.allocate(64);
        Block huge = manager.allocate(3 << 20)) {
      // Never handed out; in a free slice of the chunk; before the chunk; behind the huge block.
      refuse(MisuseKind.INVALID_FREE, small.address() + 64);
      refuse(MisuseKind.INVALID_FREE, small.address() + (1 << 20));
      refuse(MisuseKind.INVALID_FREE, small.address() - (2 << 20));
      refuse(MisuseKind.INVALID_FREE, huge.address() + huge.byteSize());
    }
  }

  @Test
  void theAddressOfAnotherManagersBlockIsAnInvalidFree() {
    try (MemoryManager other =
        MemoryManager.builder().pageSource("linux").discoverViews(false).build()) {
      long foreign = other.allocate(64).detach();
      refuse(MisuseKind.INVALID_FREE, foreign);
      other.free(foreign);
    }
  }

  @Test
  void theAddressOfABlockThatAHandleOwnsIsAnInvalidFree() {
    try (Block block = manager.allocate(64)) {
      MisuseReport report = refuse(MisuseKind.INVALID_FREE, block.address());
      assertThat(report.blockId()).isEqualTo(block.id());
      assertThat(report.detail()).contains("not detached");
      assertThat(report.toString()).as("its size is not known").doesNotContain(" 0 bytes");
      try (Block share = block.share()) {
        assertThat(refuse(MisuseKind.INVALID_FREE, share.address()).blockId())
            .isEqualTo(block.id());
      }
    }
    try (Block observed = manager.allocate(64)) {
      long address = observed.address();
      observed.segment().set(ValueLayout.JAVA_LONG, 0, 1);
      refuse(MisuseKind.INVALID_FREE, address);
    }
  }

  @Test
  void theAddressOfABlockThatItsHandleFreedIsADoubleFree() {
    Block block = manager.allocate(64);
    long address = block.address();
    block.close();
    assertThat(refuse(MisuseKind.DOUBLE_FREE, address).blockId()).isEqualTo(block.id());
  }

  @Test
  void ofRacingFreesOneWins() throws Exception {
    for (int round = 0; round < 300; round++) {
      long address = manager.allocate(64).detach();
      AtomicInteger won = new AtomicInteger();
      Threads.together(
          Thread.ofVirtual().factory(),
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
    assertThat(manager.snapshot().misuses()).isEqualTo(900);
    assertThat(reports.misuses)
        .hasSize(900)
        .extracting(MisuseReport::occurrences)
        .doesNotHaveDuplicates();
    assertThat(manager.snapshot().liveBlocks()).isZero();
    manager.purge();
    assertThat(manager.snapshot().committedBytes()).isZero();
  }
}
