package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the memory of arenas comes from, on Linux: regions, recycled and fresh memory. */
class ArenaMemoryTest {

  private static Engine engine(long sampleInterval) {
    return new Engine(
        "memory",
        PageSources.named("linux"),
        new Sampler(SafetyMode.STANDARD, sampleInterval),
        BudgetLimits.unlimited());
  }

  private static void useArena(Budget budget, int segments, long size) {
    try (Arena arena = budget.openConfinedArena()) {
      for (int i = 0; i < segments; i++) {
        arena.allocate(size).fill((byte) -1);
      }
    }
  }

  @Test
  void smallSegmentsShareRegionsThatGrow() {
    Engine engine = engine(1 << 20);
    BudgetNode budget = engine.budgets().root();
    try (Arena arena = budget.openConfinedArena()) {
      for (int i = 0; i < 1_000; i++) {
        arena.allocate(64);
      }
      MemorySnapshot full = Invariants.check(engine);
      assertThat(full.requestedBytes()).isEqualTo(64_000);
      assertThat(full.usedBytes()).isBetween(64_000L, 2 * 64_000L);
      assertThat(full.liveBlocks()).isBetween(4L, 12L);
    }
    assertThat(Invariants.check(engine).usedBytes()).isZero();
    engine.close();
  }

  @Test
  void theFirstRegionIsAsLargeAsArenasLatelyNeeded() {
    Engine engine = engine(1 << 20);
    BudgetNode budget = engine.budgets().root();
    for (int i = 0; i < 3; i++) {
      useArena(budget, 3, 1_000);
    }
    try (Arena arena = budget.openConfinedArena()) {
      assertThat(arena.scope().isAlive()).isTrue();
      MemorySnapshot opened = Invariants.check(engine);
      assertThat(opened.liveBlocks()).isEqualTo(1);
      assertThat(opened.requestedBytes()).isZero();
      long used = opened.usedBytes();
      assertThat(used).isBetween(3_000L, 4_000L);
      for (int i = 0; i < 3; i++) {
        arena.allocate(1_000);
      }
      assertThat(Invariants.check(engine).usedBytes()).isEqualTo(used);
    }
    // Arenas that need nothing make it be forgotten.
    for (int i = 0; i < 1_000; i++) {
      useArena(budget, 0, 0);
    }
    try (Arena arena = budget.openConfinedArena()) {
      assertThat(arena.scope().isAlive()).isTrue();
      assertThat(Invariants.check(engine).usedBytes()).isZero();
    }
    engine.close();
  }

  @Test
  void whatWasLearnedDoesNotPassALimit() {
    Engine engine = engine(1 << 20);
    BudgetNode budget =
        engine.budgets().add(engine.budgets().root(), "small", BudgetLimits.unlimited());
    useArena(budget, 3, 4_000);
    useArena(budget, 3, 4_000);
    budget.setLimits(BudgetLimits.hard(300));
    try (Arena arena = budget.openConfinedArena()) {
      assertThat(budget.usedBytes()).isZero();
      assertThat(arena.allocate(200).byteSize()).isEqualTo(200);
      assertThat(budget.usedBytes()).isBetween(200L, 300L);
      Invariants.check(engine);
    }
    assertThat(budget.usedBytes()).isZero();
    assertThat(engine.snapshot().rejections()).isZero();
    engine.close();
  }

  /** A region is larger than what is asked for; only the latter is worth a refusal. */
  @Test
  void aRegionThatTheCommitLimitRefusesIsReplacedByASmallerOne() {
    Engine engine =
        new Engine(
            "tight",
            PageSources.named("linux"),
            new Sampler(SafetyMode.STANDARD, 1 << 20),
            BudgetLimits.hard(4 << 20));
    BudgetNode budget = engine.budgets().root();
    List<Block> blocks = new ArrayList<>();
    // There are pages with free slots for the segments and for the least region, and no others.
    blocks.add(budget.allocate(ArenaRegions.needed(100, 1)));
    blocks.add(budget.allocate(ArenaRegions.FIRST_BYTES));
    // The second of these has pages of one slice, and leaves none.
    for (int size : List.of(64 << 10, 2_000)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  blocks.add(budget.allocate(size));
                }
              })
          .isInstanceOf(AllocationRejectedException.class);
    }
    for (Arena arena : List.of(budget.openConfinedArena(), budget.openSharedArena())) {
      for (int i = 0; i < 100; i++) {
        arena.allocate(100).fill((byte) 1);
      }
      assertThat(engine.snapshot().rejections()).isEqualTo(2);
      assertThat(engine.snapshot().committedBytes()).isLessThanOrEqualTo(4 << 20);
      arena.close();
    }
    blocks.forEach(Block::close);
    assertThat(Invariants.check(engine).usedBytes()).isZero();
    engine.close();
  }

  @Test
  void alignmentsUpToAGibibyteAreKept() {
    Engine engine = engine(1 << 20);
    for (Arena arena :
        List.of(
            engine.budgets().root().openConfinedArena(),
            engine.budgets().root().openSharedArena(),
            engine.budgets().root().openDeferredArena())) {
      for (long alignment = 1; alignment <= 1 << 30; alignment *= 2) {
        MemorySegment segment = arena.allocate(24, alignment);
        assertThat(segment.address() % alignment).as("alignment %d", alignment).isZero();
        assertThat(segment.mismatch(MemorySegment.ofArray(new byte[24]))).isEqualTo(-1);
        segment.fill((byte) -1);
      }
      Invariants.check(engine);
      arena.close();
    }
    engine.purge();
    assertThat(engine.snapshot().committedBytes()).isZero();
    engine.close();
  }

  /** Slots of all sizes that blocks and arenas have written to come back zeroed. */
  @Test
  void recycledMemoryIsZeroed() {
    Engine engine = engine(1 << 20);
    BudgetNode budget = engine.budgets().root();
    for (int round = 0; round < 4; round++) {
      for (long size = 1; size <= 5 << 20; size = size * 3 + 1) {
        List<Block> dirt = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          Block block = budget.allocate(size);
          block.segment().fill((byte) -1);
          dirt.add(block);
        }
        dirt.forEach(Block::close);
        try (Arena arena = budget.openConfinedArena()) {
          for (int i = 0; i < 5; i++) {
            MemorySegment segment = arena.allocate(size);
            for (long at = 0; at < size; at += 1 << 20) {
              byte[] zeros = new byte[(int) Math.min(1 << 20, size - at)];
              assertThat(segment.asSlice(at, zeros.length).mismatch(MemorySegment.ofArray(zeros)))
                  .as("%d bytes", size)
                  .isEqualTo(-1);
            }
            segment.fill((byte) -1);
          }
        }
      }
      if (round == 1) {
        // From here on some of it is fresh from the operating system again.
        engine.purge();
      }
    }
    engine.close();
  }

  /** Memory that is fresh from the operating system is not touched to zero it. */
  @Test
  void freshMemoryStaysUntouched() throws Exception {
    Engine engine = engine(1L << 40);
    long before = residentBytes();
    try (Arena arena = engine.budgets().root().openConfinedArena()) {
      MemorySegment large = arena.allocate(512 << 20);
      assertThat(large.byteSize()).isEqualTo(512 << 20);
      assertThat(residentBytes() - before).isLessThan(256 << 20);
    }
    engine.close();
  }

  private static long residentBytes() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new AssertionError("no VmRSS");
  }

  @Test
  void blocksOfArenasAreObserved() {
    Reports reports = new Reports();
    Engine engine = engine(1);
    engine.listeners().add(reports);
    useArena(engine.budgets().root(), 2, 5_000);
    assertThat(reports.samples).isNotEmpty();
    assertThat(engine.snapshot().observedBlocks()).isZero();
    engine.close();
  }

  /**
   * A listener that is told of the sample may close the arena which is about to get the block: the
   * block goes back, and nobody gets a segment of it.
   */
  @ParameterizedTest
  @CsvSource({
    "confined,64",
    "confined,5000",
    "shared,64",
    "shared,5000",
    "deferred,64",
    "deferred,5000"
  })
  void anArenaThatAListenerClosesAmidAnAllocationKeepsNoBlock(String kind, long size) {
    Engine engine = engine(1);
    Arena arena = open(engine.budgets().root(), kind);
    List<Long> closedAt = new ArrayList<>();
    engine
        .listeners()
        .add(
            new MemoryListener() {
              @Override
              public void onSample(AllocationSample sample) {
                closedAt.add(sample.blockId());
                arena.close();
              }
            });
    assertThatThrownBy(() -> arena.allocate(size))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Already closed");
    assertThat(closedAt).hasSize(1);
    engine.tick();
    MemorySnapshot after = Invariants.check(engine);
    assertThat(after.liveBlocks()).isZero();
    assertThat(after.requestedBytes()).isZero();
    assertThat(after.openArenas()).isZero();
    assertThat(after.observedBlocks()).isZero();
    engine.close();
  }

  /** Of deferred ones, too, although others of their batch wait for them. */
  @ParameterizedTest
  @ValueSource(strings = {"confined", "shared", "deferred"})
  void lostArenasAreLeaks(String kind) {
    Engine engine = engine(1);
    BudgetNode budget = engine.budgets().root();
    loseArena(budget, kind);
    Arena sibling = budget.openDeferredArena();
    assertThat(sibling.allocate(5_000).byteSize()).isEqualTo(5_000);
    sibling.close();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              System.gc();
              engine.tick();
              return engine.snapshot().leakSuspects() > 0;
            });
    engine.close();
  }

  private static Arena open(Budget budget, String kind) {
    return switch (kind) {
      case "confined" -> budget.openConfinedArena();
      case "shared" -> budget.openSharedArena();
      default -> budget.openDeferredArena();
    };
  }

  private static void loseArena(Budget budget, String kind) {
    Arena lost = open(budget, kind);
    assertThat(lost.allocate(5_000).byteSize()).isEqualTo(5_000);
  }
}
