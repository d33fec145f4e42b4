package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Sizes and alignments that are none get a typed answer, whoever is asked, and change nothing. */
class BadArgumentTest {

  private static final List<Long> NO_SIZES =
      List.of(
          -1L,
          -16L,
          Long.MIN_VALUE,
          Long.MIN_VALUE + 1,
          Long.MAX_VALUE,
          Long.MAX_VALUE - 15,
          (1L << 46) + 1,
          1L << 47,
          1L << 62);

  private static final List<Long> NO_ALIGNMENTS =
      List.of(0L, -1L, -16L, 3L, 24L, 4097L, (1L << 30) + 1, 1L << 31, 1L << 62, Long.MIN_VALUE);

  /** Sizes that are some, of which no machine has so much. */
  private static final List<Long> ABSURD_SIZES = List.of(1L << 40, (1L << 46) - 1, 1L << 46);

  private static MemoryManager manager(String source, BudgetLimits limits) {
    return MemoryManager.builder().pageSource(source).discoverViews(false).limits(limits).build();
  }

  @OnBothSources
  void badSizesAndAlignmentsAreRefusedByAll(String source) {
    try (MemoryManager manager = manager(source, BudgetLimits.unlimited());
        Block block = manager.allocate(100)) {
      Budget budget = manager.rootBudget().child("b", BudgetLimits.hard(1 << 20));
      block.segment().fill((byte) 1);
      Map<String, ThrowingCallable> acts = new LinkedHashMap<>();
      for (long size : NO_SIZES) {
        acts.put("manager, size " + size, () -> manager.allocate(size));
        acts.put("manager, aligned, size " + size, () -> manager.allocate(size, 64));
        acts.put("manager, far aligned, size " + size, () -> manager.allocate(size, 1 << 20));
        acts.put("budget, size " + size, () -> budget.allocate(size));
        acts.put("resize, size " + size, () -> block.resize(size));
      }
      for (long alignment : NO_ALIGNMENTS) {
        acts.put("manager, alignment " + alignment, () -> manager.allocate(100, alignment));
        acts.put("budget, alignment " + alignment, () -> budget.allocate(3 << 20, alignment));
        acts.put("both, alignment " + alignment, () -> manager.allocate(-1, alignment));
      }
      MemorySnapshot before = manager.snapshot();
      acts.forEach(
          (name, act) ->
              assertThatThrownBy(act).as(name).isInstanceOf(IllegalArgumentException.class));
      // No act undoes what another does, so one look at the end sees them all.
      Invariants.checkUnchanged(before, manager.snapshot());
      assertThat(block.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 1);
    }
  }

  /** As the JDK's, whose contract knows no bound; what no machine has is a want of memory. */
  @OnBothSources
  void arenasAnswerAsThoseOfTheJdkDo(String source) {
    List<Long> alignments = new ArrayList<>(List.of(1L, 64L, 4096L, 1L << 16));
    alignments.addAll(NO_ALIGNMENTS);
    List<Long> sizes = new ArrayList<>(List.of(1L, 100L));
    sizes.addAll(NO_SIZES);
    try (MemoryManager manager = manager(source, BudgetLimits.unlimited());
        Arena jdk = Arena.ofConfined();
        Arena confined = manager.openConfinedArena();
        Arena shared = manager.openSharedArena()) {
      Arena deferred = manager.openDeferredArena();
      MemorySnapshot before = manager.snapshot();
      int refusals = 0;
      for (long size : sizes) {
        for (long alignment : alignments) {
          Throwable expected = catchThrowable(() -> jdk.allocate(size, alignment));
          if (expected == null) {
            continue;
          }
          refusals++;
          for (Arena arena : List.of(confined, shared, deferred)) {
            assertThatThrownBy(() -> arena.allocate(size, alignment))
                .as("%s, %d bytes, alignment %d", arena, size, alignment)
                .isInstanceOf(expected.getClass());
          }
        }
      }
      assertThat(refusals).isGreaterThan(sizes.size());
      Invariants.checkUnchanged(before, manager.snapshot());
      deferred.close();
    }
  }

  @OnBothSources
  void arenasAlignFurtherThanBlocksDo(String source) {
    try (MemoryManager manager = manager(source, BudgetLimits.unlimited());
        Arena arena = manager.openConfinedArena()) {
      for (long alignment : List.of(1L << 31, 1L << 32)) {
        MemorySegment segment = arena.allocate(100, alignment);
        assertThat(segment.address() % alignment).isZero();
        segment.fill((byte) 1);
      }
    }
  }

  @OnBothSources
  void absurdSizesAreRefusedByALimit(String source) {
    try (MemoryManager manager = manager(source, BudgetLimits.hard(1L << 30));
        Block block = manager.allocate(100);
        Arena arena = manager.openSharedArena()) {
      MemorySnapshot before = manager.snapshot();
      for (long size : ABSURD_SIZES) {
        List<ThrowingCallable> acts =
            List.of(
                () -> manager.allocate(size),
                () -> manager.allocate(size, 1 << 30),
                () -> block.resize(size),
                () -> arena.allocate(size));
        for (ThrowingCallable act : acts) {
          assertThatThrownBy(act)
              .as("%d bytes", size)
              .isInstanceOf(AllocationRejectedException.class);
          Invariants.checkUnchanged(before, manager.snapshot());
        }
      }
    }
  }
}
