package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** Arenas that are closed in batches: what of the arena's contract holds when. */
class DeferredArenaTest {

  /** Without a clock, so that batches are closed when the test says so. */
  private static Engine engine(String source) {
    return new Engine(
        "deferred",
        PageSources.named(source),
        new Sampler(SafetyMode.STANDARD, 1 << 20),
        BudgetLimits.unlimited());
  }

  private static void checkEmpty(Engine engine) {
    engine.purge();
    MemorySnapshot end = Invariants.check(engine);
    assertThat(end.openArenas()).isZero();
    assertThat(end.liveBlocks()).isZero();
    assertThat(end.requestedBytes()).isZero();
    assertThat(end.committedBytes()).isZero();
    engine.close();
  }

  @OnBothSources
  void afterTheCloseAllocationsAreRefusedAndAfterTheBatchAccessesAre(String source) {
    Engine engine = engine(source);
    BudgetNode budget = engine.budgets().root();
    Arena arena = budget.openDeferredArena();
    MemorySegment segment = arena.allocate(100, 8);
    segment.fill((byte) 7);
    assertThat(engine.snapshot().openArenas()).isEqualTo(1);
    arena.close();
    assertThat(engine.snapshot().openArenas()).isZero();
    assertThatThrownBy(() -> arena.allocate(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Already closed");
    assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);

    // Nobody gets the memory as long as an access can succeed.
    assertThat(arena.scope().isAlive()).isTrue();
    assertThat(engine.snapshot().requestedBytes()).isEqualTo(100);
    List<Block> others = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Block other = budget.allocate(500);
      other.segment().fill((byte) 1);
      others.add(other);
    }
    assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 7);
    others.forEach(Block::close);

    engine.tick();
    assertThat(arena.scope().isAlive()).isFalse();
    assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(engine.snapshot().requestedBytes()).isZero();
    checkEmpty(engine);
  }

  @OnBothSources
  void anArenaThatStaysOpenHoldsUpItsBatchButNotTheNext(String source) {
    Engine engine = engine(source);
    BudgetNode budget = engine.budgets().root();
    Arena straggler = budget.openDeferredArena();
    MemorySegment kept = straggler.allocate(1_000);
    Arena sibling = budget.openDeferredArena();
    MemorySegment held = sibling.allocate(1_000);
    sibling.close();
    engine.tick();
    assertThat(held.get(ValueLayout.JAVA_BYTE, 0)).isZero();
    assertThat(engine.snapshot().requestedBytes()).isEqualTo(2_000);

    Arena later = budget.openDeferredArena();
    assertThat(later.scope()).isNotEqualTo(straggler.scope());
    MemorySegment short1 = later.allocate(1_000);
    later.close();
    engine.tick();
    assertThat(short1.scope().isAlive()).isFalse();
    assertThat(engine.snapshot().requestedBytes()).isEqualTo(2_000);

    assertThat(straggler.allocate(10).byteSize()).isEqualTo(10);
    kept.fill((byte) 1);
    straggler.close();
    // The last of a sealed batch closes it.
    assertThat(held.scope().isAlive()).isFalse();
    assertThat(engine.snapshot().requestedBytes()).isZero();
    checkEmpty(engine);
  }

  @OnBothSources
  void aBatchThatIsFullIsClosedByItsLastArena(String source) {
    Engine engine = engine(source);
    BudgetNode budget = engine.budgets().root();
    List<Arena> arenas = new ArrayList<>();
    Arena first = budget.openDeferredArena();
    arenas.add(first);
    for (Arena next = budget.openDeferredArena();
        next.scope().equals(first.scope());
        next = budget.openDeferredArena()) {
      arenas.add(next);
    }
    assertThat(arenas).hasSize(128);
    arenas.forEach(arena -> arena.allocate(100));
    for (Arena arena : arenas) {
      assertThat(first.scope().isAlive()).isTrue();
      arena.close();
    }
    assertThat(first.scope().isAlive()).isFalse();
    assertThat(engine.snapshot().requestedBytes()).isZero();
    // One arena of the next batch was opened in the loop's head, and is open still.
    assertThat(engine.snapshot().openArenas()).isEqualTo(1);
    engine.close();
  }

  @OnBothSources
  void bytesThatWaitMakeABatchFull(String source) {
    Engine engine = engine(source);
    Arena large = engine.budgets().root().openDeferredArena();
    large.allocate(3 << 20);
    large.close();
    assertThat(large.scope().isAlive()).isFalse();
    checkEmpty(engine);
  }

  @OnBothSources
  void aBudgetClosesWhatWaitsBeforeItRefuses(String source) {
    Engine engine = engine(source);
    Budget budget = engine.budgets().root().child("tight", BudgetLimits.hard(100_000));
    for (int i = 0; i < 10; i++) {
      Arena arena = budget.openDeferredArena();
      arena.allocate(60_000);
      arena.close();
      assertThat(budget.usedBytes()).isGreaterThanOrEqualTo(60_000);
      Block block = budget.allocate(60_000);
      assertThat(arena.scope().isAlive()).isFalse();
      block.close();
    }
    assertThat(engine.snapshot().rejections()).isZero();
    Arena open = budget.openDeferredArena();
    open.allocate(60_000);
    assertThatThrownBy(() -> budget.allocate(60_000))
        .isInstanceOf(AllocationRejectedException.class);
    open.close();
    checkEmpty(engine);
  }

  @OnBothSources
  void aBatchInUseByANativeCallWaitsForItsEnd(String source) throws Throwable {
    Engine engine = engine(source);
    SortInC inC = new SortInC();
    MethodHandle qsort = inC.qsort();
    Arena arena = engine.budgets().root().openDeferredArena();
    MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
    numbers.setAtIndex(ValueLayout.JAVA_INT, 0, 2);
    numbers.setAtIndex(ValueLayout.JAVA_INT, 1, 1);
    inC.whileAcquired =
        () -> {
          if (inC.calls == 1) {
            assertThatCode(arena::close).doesNotThrowAnyException();
          }
          engine.tick();
          assertThat(arena.scope().isAlive()).isTrue();
          assertThat(engine.snapshot().requestedBytes()).isEqualTo(8);
        };
    inC.sort(qsort, numbers);
    assertThat(inC.failure).isNull();
    assertThat(numbers.getAtIndex(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
    engine.tick();
    assertThat(arena.scope().isAlive()).isFalse();
    checkEmpty(engine);
  }

  /**
   * Opens, fills, checks and closes from several threads, while batches are closed all the time.
   */
  @OnBothSources
  void manyThreadsOpenAndCloseWhileBatchesEnd(String source) throws Exception {
    Engine engine = engine(source);
    BudgetNode budget = engine.budgets().root();
    Threads.together(
        3,
        number -> {
          for (int i = 0; i < 400; i++) {
            if (number == 0) {
              engine.tick();
              continue;
            }
            byte stamp = (byte) (number * 50 + i);
            Arena arena = budget.openDeferredArena();
            List<MemorySegment> segments = new ArrayList<>();
            for (long size : List.of(1L, 100L, 3_000L, 9_000L)) {
              MemorySegment segment = arena.allocate(size);
              assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) size])))
                  .isEqualTo(-1);
              segments.add(segment.fill(stamp));
            }
            for (MemorySegment segment : segments) {
              assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).containsOnly(stamp);
            }
            arena.close();
          }
        });
    checkEmpty(engine);
  }

  /** Allocations that race with the close leave nothing behind, whoever wins. */
  @OnBothSources
  void allocationsRaceWithTheClose(String source) throws Exception {
    Engine engine = engine(source);
    for (int round = 0; round < 100; round++) {
      Arena arena = engine.budgets().root().openDeferredArena();
      Threads.together(
          3,
          number -> {
            if (number == 0) {
              arena.close();
              return;
            }
            assertThatThrownBy(
                    () -> {
                      while (true) {
                        arena.allocate(500);
                      }
                    })
                .isInstanceOf(IllegalStateException.class);
          });
      engine.tick();
      assertThat(engine.snapshot().liveBlocks()).as("round %d", round).isZero();
    }
    checkEmpty(engine);
  }

  @OnBothSources
  void anArenaMayBeClosedAfterItsManager(String source) {
    Engine engine = engine(source);
    Arena arena = engine.budgets().root().openDeferredArena();
    arena.allocate(100);
    engine.close();
    assertThatThrownBy(() -> arena.allocate(100)).isInstanceOf(IllegalStateException.class);
    assertThatCode(arena::close).doesNotThrowAnyException();
    // At once, since the clock has ended.
    assertThat(arena.scope().isAlive()).isFalse();
    assertThat(engine.snapshot().openArenas()).isZero();
  }

  @OnBothSources
  void whatWaitsIsNoLeakAtTheManagersEnd(String source) {
    Reports reports = new Reports();
    try (MemoryManager manager =
        MemoryManager.builder().pageSource(source).discoverViews(false).listener(reports).build()) {
      Arena arena = manager.openDeferredArena();
      arena.allocate(100);
      arena.close();
    }
    assertThat(reports.misuses).isEmpty();
  }
}
