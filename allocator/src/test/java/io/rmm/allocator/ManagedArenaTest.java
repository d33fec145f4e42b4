package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract of java.lang.foreign.Arena, and what RMM adds: every block goes back. */
class ManagedArenaTest {

  private static MemoryManager manager(String source) {
    return MemoryManager.builder().pageSource(source).discoverViews(false).build();
  }

  private static Arena open(Budget budget, String kind) {
    return kind.equals("confined") ? budget.openConfinedArena() : budget.openSharedArena();
  }

  @ParameterizedTest
  @CsvSource({"linux,confined", "linux,shared", "portable,confined", "portable,shared"})
  void everythingGoesBackWithTheArena(String source, String kind) {
    try (MemoryManager manager = manager(source)) {
      Budget budget = manager.rootBudget().child("arena", BudgetLimits.hard(64 << 20));
      Arena arena = open(budget, kind);
      assertThat(manager.snapshot().openArenas()).isEqualTo(1);
      List<MemorySegment> segments = new ArrayList<>();
      for (long size : List.of(0L, 1L, 100L, 70_000L, 3L << 20)) {
        MemorySegment segment = arena.allocate(size);
        assertThat(segment.byteSize()).isEqualTo(size);
        assertThat(segment.scope()).isEqualTo(arena.scope());
        segment.fill((byte) 1);
        segments.add(segment);
      }
      assertThat(manager.snapshot().liveBlocks()).isPositive();
      assertThat(manager.snapshot().requestedBytes()).isEqualTo(70_101 + (3 << 20));
      assertThat(budget.usedBytes()).isGreaterThanOrEqualTo(70_101 + (3 << 20));
      Invariants.check(manager.snapshot());

      arena.close();
      assertThat(arena.scope().isAlive()).isFalse();
      for (MemorySegment segment : segments) {
        assertThat(segment.scope().isAlive()).isFalse();
        assertThatThrownBy(() -> segment.fill((byte) 2)).isInstanceOf(IllegalStateException.class);
      }
      assertThat(manager.snapshot().openArenas()).isZero();
      assertThat(manager.snapshot().liveBlocks()).isZero();
      assertThat(budget.usedBytes()).isZero();
      Invariants.check(manager.snapshot());
      assertThatThrownBy(() -> arena.allocate(1)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
      assertThat(manager.snapshot().openArenas()).isZero();
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }

  @OnBothSources
  void segmentsAreZeroedOverMemoryThatWasWritten(String source) {
    try (MemoryManager manager = manager(source)) {
      List<Long> sizes = List.of(1L, 16L, 100L, 4096L, 70_000L, 3L << 20);
      for (long size : sizes) {
        for (int i = 0; i < 3; i++) {
          try (Block dirt = manager.allocate(size)) {
            dirt.segment().fill((byte) -1);
          }
        }
        try (Arena arena = manager.openConfinedArena()) {
          for (int i = 0; i < 3; i++) {
            MemorySegment segment = arena.allocate(size);
            assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) size])))
                .as("%d bytes", size)
                .isEqualTo(-1);
            segment.fill((byte) -1);
          }
        }
      }
    }
  }

  @OnBothSources
  void alignmentsAreKept(String source) {
    try (MemoryManager manager = manager(source);
        Arena arena = manager.openConfinedArena()) {
      for (long alignment = 1; alignment <= 1 << 16; alignment *= 2) {
        assertThat(arena.allocate(24, alignment).address() % alignment).isZero();
        // As with the JDK's arenas: so a reader of the address finds the alignment he asked for.
        assertThat(arena.allocate(0, alignment).address() % alignment).isZero();
      }
      assertThat(arena.allocate(ValueLayout.JAVA_LONG).address() % 8).isZero();
      assertThat(arena.allocateFrom("text").getString(0)).isEqualTo("text");
    }
  }

  @OnBothSources
  void badArgumentsAreRefusedBeforeAnythingChanges(String source) {
    try (MemoryManager manager = manager(source);
        Arena arena = manager.openConfinedArena()) {
      MemorySegment live = arena.allocate(100);
      MemorySnapshot before = manager.snapshot();
      assertThatThrownBy(() -> arena.allocate(-1, 1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> arena.allocate(1, 0)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> arena.allocate(1, -8)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> arena.allocate(1, 3)).isInstanceOf(IllegalArgumentException.class);
      Invariants.checkUnchanged(before, manager.snapshot());
      live.fill((byte) 1);
    }
  }

  @OnBothSources
  void aConfinedArenaBelongsToItsThread(String source) throws Exception {
    try (MemoryManager manager = manager(source);
        Arena arena = manager.openConfinedArena()) {
      MemorySegment segment = arena.allocate(100);
      segment.fill((byte) 7);
      MemorySnapshot before = manager.snapshot();
      Threads.inAnother(
          _ -> {
            assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(() -> arena.allocate(100)).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(arena::close).isInstanceOf(WrongThreadException.class);
          });
      MemorySnapshot after = manager.snapshot();
      assertThat(after.usedBytes()).isEqualTo(before.usedBytes());
      assertThat(after.liveBlocks()).isEqualTo(before.liveBlocks());
      assertThat(after.openArenas()).isEqualTo(1);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 7);
    }
  }

  @OnBothSources
  void aSharedArenaServesManyThreads(String source) throws Exception {
    try (MemoryManager manager = manager(source)) {
      Arena arena = manager.openSharedArena();
      Threads.together(
          4,
          number -> {
            for (int i = 0; i < 250; i++) {
              MemorySegment segment = arena.allocate(64);
              segment.fill((byte) number);
              assertThat(segment.get(ValueLayout.JAVA_BYTE, 63)).isEqualTo((byte) number);
            }
          });
      assertThat(manager.snapshot().requestedBytes()).isEqualTo(64_000);
      Invariants.check(manager.snapshot());
      Threads.inAnother(_ -> arena.close());
      assertThat(manager.snapshot().liveBlocks()).isZero();
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"linux,confined", "linux,shared", "portable,confined", "portable,shared"})
  void closingAnArenaInUseThrowsAndLeavesAllIntact(String source, String kind) throws Throwable {
    // While a downcall has a segment as an argument, the segment's arena is acquired.
    SortInC inC = new SortInC();
    MethodHandle qsort = inC.qsort();
    try (MemoryManager manager = manager(source)) {
      Arena arena = open(manager.rootBudget(), kind);
      MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
      numbers.setAtIndex(ValueLayout.JAVA_INT, 0, 2);
      numbers.setAtIndex(ValueLayout.JAVA_INT, 1, 1);
      MemorySnapshot before = manager.snapshot();
      inC.whileAcquired =
          () -> {
            assertThatThrownBy(arena::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("acquired");
            Invariants.checkUnchanged(before, manager.snapshot());
          };
      inC.sort(qsort, numbers);
      assertThat(inC.failure).isNull();
      assertThat(inC.calls).isPositive();
      assertThat(numbers.getAtIndex(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
      assertThat(arena.allocate(8).byteSize()).isEqualTo(8);
      arena.close();
      assertThat(manager.snapshot().liveBlocks()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"linux,confined", "linux,shared", "portable,confined", "portable,shared"})
  void aRefusedSegmentLeavesTheArenaAsItWas(String source, String kind) {
    try (MemoryManager manager = manager(source)) {
      Budget budget = manager.rootBudget().child("small", BudgetLimits.hard(10_000));
      try (Arena arena = open(budget, kind)) {
        MemorySegment live = arena.allocate(5_000);
        MemorySnapshot before = manager.snapshot();
        assertThatThrownBy(() -> arena.allocate(6_000))
            .isInstanceOf(AllocationRejectedException.class)
            .hasMessageContaining("root/small");
        Invariants.checkUnchanged(before, manager.snapshot());
        live.fill((byte) 1);
        arena.allocate(1_000).fill((byte) 1);
      }
      assertThat(budget.usedBytes()).isZero();
    }
  }

  /** Allocation and close of a shared arena may race; whoever loses leaves nothing behind. */
  @OnBothSources
  void allocationsThatRaceWithTheCloseLeaveNothingBehind(String source) throws Exception {
    try (MemoryManager manager = manager(source)) {
      for (int round = 0; round < 200; round++) {
        Arena arena = manager.openSharedArena();
        Threads.together(
            3,
            number -> {
              if (number == 0) {
                arena.close();
                return;
              }
              try {
                while (true) {
                  arena.allocate(64);
                }
              } catch (IllegalStateException e) {
                assertThat(arena.scope().isAlive()).isFalse();
              }
            });
        assertThat(manager.snapshot().liveBlocks()).as("round %d", round).isZero();
        assertThat(manager.snapshot().openArenas()).isZero();
      }
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"linux,confined", "linux,shared", "portable,confined", "portable,shared"})
  void anArenaMayBeClosedAfterItsManager(String source, String kind) {
    MemoryManager manager = manager(source);
    Arena arena = open(manager.rootBudget(), kind);
    MemorySegment segment = arena.allocate(100);
    manager.close();
    assertThatThrownBy(() -> arena.allocate(100)).isInstanceOf(IllegalStateException.class);
    assertThatCode(arena::close).doesNotThrowAnyException();
    assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  /** By a thread that has never used the manager, and for which it makes no heap any more. */
  @OnBothSources
  void aSharedArenaMayBeClosedAfterItsManagerByAStranger(String source) throws Exception {
    MemoryManager manager = manager(source);
    Arena full = manager.openSharedArena();
    full.allocate(100);
    Arena empty = manager.openSharedArena();
    manager.close();
    Threads.inAnother(
        _ -> {
          full.close();
          empty.close();
        });
    assertThat(full.scope().isAlive()).isFalse();
    assertThat(empty.scope().isAlive()).isFalse();
    assertThat(manager.snapshot().openArenas()).isZero();
  }

  @OnBothSources
  void aClosedManagerOpensNoArena(String source) {
    MemoryManager manager = manager(source);
    manager.close();
    List<Function<MemoryManager, Arena>> kinds =
        List.of(
            MemoryManager::openConfinedArena,
            MemoryManager::openSharedArena,
            MemoryManager::openDeferredArena);
    for (Function<MemoryManager, Arena> kind : kinds) {
      assertThatThrownBy(() -> kind.apply(manager)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(manager.snapshot().openArenas()).isZero();
  }
}
