package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.heap.SoleFreers;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An owner frees without an atomic operation until somebody else frees a block of its heap: at no
 * moment of the change, nor of the change back, may a block have two winners or none.
 */
class SoleFreerTest {

  /** More ticks than pass without a remote free before a heap is its owner's alone again. */
  private static final int QUIET_TICKS = 60;

  private final Engine engine =
      new Engine(
          "sole",
          PageSources.named("linux"),
          new Sampler(SafetyMode.STANDARD, 64 << 10),
          BudgetLimits.unlimited());

  private final BudgetNode budget = engine.budgets().root();

  @AfterEach
  void close() {
    Invariants.check(engine.snapshot());
    engine.close();
  }

  @Test
  void theFirstRemoteFreeOpensTheHeap() throws Exception {
    Block block = budget.allocate(64);
    assertThat(isMineAlone()).isTrue();

    inAnotherThread(block::close);

    assertThat(isMineAlone()).isFalse();
    assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    budget.allocate(64).close();
    assertThat(engine.snapshot().liveBlocks()).isZero();
  }

  @Test
  void aStaleHandleOpensNothing() throws Exception {
    Block block = budget.allocate(64);
    block.close();

    inAnotherThread(
        () ->
            assertThatThrownBy(block::close)
                .isInstanceOfSatisfying(
                    MemoryMisuseException.class,
                    misuse ->
                        assertThat(misuse.report().kind()).isEqualTo(MisuseKind.DOUBLE_FREE)));

    assertThat(isMineAlone()).isTrue();
  }

  @Test
  void sharingAndDetachingElsewhereOpenTheHeapToo() throws Exception {
    Block block = budget.allocate(64);
    inAnotherThread(() -> block.share().close());
    assertThat(isMineAlone()).isFalse();
    block.close();
    becomeQuiet();

    Block detached = budget.allocate(64);
    inAnotherThread(() -> engine.free(detached.detach()));
    assertThat(isMineAlone()).isFalse();
    assertThatThrownBy(detached::close).isInstanceOf(MemoryMisuseException.class);
  }

  @Test
  void aQuietHeapIsItsOwnersAloneAgain() throws Exception {
    inAnotherThread(budget.allocate(64)::close);
    becomeQuiet();
    assertThat(isMineAlone()).isTrue();
  }

  @Test
  void aHeapInWhichOthersFreeAgainStaysOpen() throws Exception {
    // In one page, which its owner, who sleeps, does not look at.
    Block first = budget.allocate(64);
    Block second = budget.allocate(64);
    Block stays = budget.allocate(64);
    inAnotherThread(first::close);
    becomeQuiet();
    inAnotherThread(second::close);
    for (int i = 0; i < QUIET_TICKS / 4; i++) {
      engine.tick();
    }
    assertThat(isMineAlone()).isFalse();
    stays.close();
  }

  @Test
  void ownerAndOthersHaveOneWinnerForEachBlock() throws Exception {
    int rounds = 25;
    int blocks = 2_000;
    for (int round = 0; round < rounds; round++) {
      AtomicReferenceArray<Block> offered = new AtomicReferenceArray<>(blocks);
      AtomicIntegerArray wins = new AtomicIntegerArray(blocks);
      Threads.together(
          3,
          number -> {
            for (int i = 0; i < blocks; i++) {
              if (number == 0) {
                offered.set(i, budget.allocate(i % 300));
              }
              Block block = offered.get(i);
              while (block == null) {
                Thread.onSpinWait();
                block = offered.get(i);
              }
              try {
                block.close();
                wins.incrementAndGet(i);
              } catch (MemoryMisuseException e) {
                assertThat(e.report().kind()).isEqualTo(MisuseKind.DOUBLE_FREE);
              }
            }
          });
      for (int i = 0; i < blocks; i++) {
        assertThat(wins.get(i)).as("winners of block %s", i).isEqualTo(1);
      }
      becomeQuiet();
    }
    assertThat(engine.snapshot().liveBlocks()).isZero();
    assertThat(engine.snapshot().misusesByKind())
        .containsEntry(MisuseKind.DOUBLE_FREE, 2L * rounds * blocks);
  }

  private boolean isMineAlone() {
    return SoleFreers.has(engine.heaps(), Thread.currentThread());
  }

  private void becomeQuiet() {
    for (int i = 0; i < QUIET_TICKS; i++) {
      engine.tick();
    }
  }

  private static void inAnotherThread(Runnable action) throws Exception {
    Threads.together(1, _ -> action.run());
  }
}
