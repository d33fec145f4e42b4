package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A program that needs every kind of system call in every situation that the kernel has, checks all
 * invariants after each of its steps, and goes on without what it does not get.
 *
 * <p>It does the same whenever it runs, so that the n-th call of one run is that of the next.
 */
final class FaultScenario {

  /** Enough for all idle memory to go back: the 24 ticks of its decay, and some to be noticed. */
  static final int TICKS = 28;

  /** What the kernel gives back is a multiple of this. */
  private static final int SLICE_BYTES = 32 << 10;

  private record Held(Block block, byte stamp) {}

  private final Engine engine;
  private final BudgetNode budget;
  private final List<Held> held = new ArrayList<>();
  private byte nextStamp = 1;
  private int errors;

  FaultScenario(Engine engine) {
    this.engine = engine;
    this.budget = engine.budgets().root();
  }

  /** Returns how often memory was refused. */
  int errors() {
    return errors;
  }

  /** Does all but the end, and holds nothing then. */
  void run() {
    for (int round = 0; round < 2; round++) {
      // Small, large of part of a chunk and of a whole one, and huge.
      for (long size : List.of(0L, 100L, 70_000L, 2L << 20, 3L << 20, 5L << 20, 40L)) {
        allocate(size, 16);
      }
      // In a slot that is aligned anyhow, and in chunks of their own.
      allocate(100, 256);
      allocate(5_000, 64 << 10);
      allocate(100_000, 8 << 20);
      resize(0, 200_000);
      resize(1, 4 << 20);
      resize(4, 10);
      end(2, block -> engine.free(block.detach()));
      end(0, Block::close);
      for (int tick = 0; tick < TICKS; tick++) {
        step(engine::tick);
      }
      useArena(budget.openConfinedArena());
      useArena(budget.openSharedArena());
      step(engine::purge);
      while (held.size() > 3) {
        end(0, Block::close);
      }
    }
    while (!held.isEmpty()) {
      end(0, Block::close);
    }
    step(engine::purge);
  }

  /** Allocates, uses and frees: what must work again when nothing fails any more. */
  void useOnce() {
    int before = errors;
    allocate(100, 16);
    allocate(5 << 20, 16);
    assertThat(errors).as("refusals when nothing fails").isEqualTo(before);
    while (!held.isEmpty()) {
      end(0, Block::close);
    }
  }

  private void step(Runnable action) {
    action.run();
    check();
  }

  /** Ends the block at {@code index}, or the last, if one is held at all. */
  private void end(int index, Consumer<Block> how) {
    if (!held.isEmpty()) {
      step(() -> how.accept(held.remove(Math.min(index, held.size() - 1)).block));
    }
  }

  private void check() {
    Invariants.check(engine);
    for (Held one : held) {
      checkStamp(one.block, one.stamp, one.block.byteSize());
      MemorySegment segment = one.block.segment();
      long last = segment.byteSize() - 1;
      assertThat(last < 0 || segment.get(ValueLayout.JAVA_BYTE, last) == one.stamp).isTrue();
    }
  }

  private void allocate(long size, long alignment) {
    orRefused(
        () -> {
          Block block = budget.allocate(size, alignment);
          assertThat(block.address() % alignment).isZero();
          hold(block);
        });
  }

  /** Resizes the block at {@code index}, if there is one; it stays as it is if that is refused. */
  private void resize(int index, long size) {
    if (index >= held.size()) {
      return;
    }
    Held old = held.get(index);
    orRefused(
        () -> {
          Block resized = old.block.resize(size);
          held.remove(index);
          checkStamp(resized, old.stamp, Math.min(size, old.block.byteSize()));
          hold(resized);
        });
  }

  private void useArena(Arena arena) {
    long live = engine.snapshot().liveBlocks();
    try (arena) {
      for (long size : List.of(5_000L, 4L << 20)) {
        orRefused(
            () -> {
              MemorySegment segment = arena.allocate(size);
              assertThat(segment.get(ValueLayout.JAVA_BYTE, size - 1)).isZero();
              segment.fill((byte) -1);
            });
      }
    }
    assertThat(engine.snapshot().liveBlocks()).isEqualTo(live);
    check();
  }

  /** Does {@code action}, and if memory is refused sees that this has changed nothing. */
  private void orRefused(Runnable action) {
    MemorySnapshot before = engine.snapshot();
    try {
      action.run();
    } catch (OutOfMemoryError e) {
      errors++;
      assertThat(e)
          .hasMessageMatching(".* no \\d+ bytes of memory more.*")
          .hasMessageContaining("errno")
          .hasMessageContaining("committed")
          .hasMessageContaining("reserved");
      MemorySnapshot after = engine.snapshot();
      assertThat(after.liveBlocks()).isEqualTo(before.liveBlocks());
      assertThat(after.usedBytes()).isEqualTo(before.usedBytes());
      assertThat(after.requestedBytes()).isEqualTo(before.requestedBytes());
      assertThat(after.allocations()).isEqualTo(before.allocations());
      assertThat(after.frees()).isEqualTo(before.frees());
    }
    check();
  }

  private void hold(Block block) {
    Held fresh = new Held(block, nextStamp++);
    stamp(fresh);
    held.add(fresh);
  }

  /** Marks a byte of every slice, and the last. */
  private static void stamp(Held one) {
    MemorySegment segment = one.block.segment();
    for (long i = 0; i < segment.byteSize(); i += SLICE_BYTES) {
      segment.set(ValueLayout.JAVA_BYTE, i, one.stamp);
    }
    if (segment.byteSize() > 0) {
      segment.set(ValueLayout.JAVA_BYTE, segment.byteSize() - 1, one.stamp);
    }
  }

  private static void checkStamp(Block block, byte stamp, long bytes) {
    MemorySegment segment = block.segment();
    for (long i = 0; i < bytes; i += SLICE_BYTES) {
      if (segment.get(ValueLayout.JAVA_BYTE, i) != stamp) {
        throw new AssertionError("byte " + i + " of " + block + " has changed");
      }
    }
  }
}
