package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A full Java heap while handles are shared, resized and detached, and blocks are freed by address.
 * What cannot be done is as if it had not been tried.
 */
class FullJavaHeapHandlesTest {

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"STANDARD", "SAFE"})
  void whatFindsNoRoomChangesNothing(SafetyMode mode) throws Exception {
    FullJavaHeap.run(Full.class, "worked on", mode);
  }

  /** What the child does. */
  static final class Full {

    /** Few, since each error takes the collector some 20 ms. */
    private static final int ROUNDS = 1;

    /** Each act on each size with each number of pieces, if all positions are tried. */
    private static final int BLOCKS = 51 * FullJavaHeap.POSITIONS;

    private static final int MOST_PIECES = 17;
    private static final int[] SIZES = {60, 1_000, 20_000};

    private final Engine engine;
    private final @Nullable Block[] blocks = new Block[BLOCKS];
    private final @Nullable Block[] shared = new Block[BLOCKS];
    private final long[] addresses = new long[BLOCKS];
    private int errors;

    private Full(Engine engine) {
      this.engine = engine;
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      Engine engine = FullJavaHeap.engine();
      Full full = new Full(engine);
      // Once with room, so that classes are loaded.
      full.round(false);
      assertThat(full.errors).isZero();
      for (int i = 0; i < ROUNDS; i++) {
        full.round(true);
      }
      assertThat(full.errors).as("errors").isGreaterThanOrEqualTo(ROUNDS);
      engine.observer().findUnreachable();
      MemorySnapshot end = engine.snapshot();
      assertThat(end.liveBlocks()).as("lost blocks").isZero();
      assertThat(end.requestedBytes()).isZero();
      assertThat(end.leakSuspects()).as("leaks that are none").isZero();
      Invariants.check(engine);
      engine.close();
      System.out.println("worked on after " + full.errors + " errors");
    }

    private void round(boolean full) {
      for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = engine.budgets().root().allocate(SIZES[i % SIZES.length]);
      }
      Ballast ballast = full ? Ballast.fill() : null;
      try {
        for (int i = 0; i < BLOCKS; i++) {
          if (full) {
            // So that something finds room, and what comes after it does not.
            ballast =
                Ballast.lighten(Ballast.fillUp(ballast), (FullJavaHeap.FIRST + i) % MOST_PIECES);
          }
          act(i);
        }
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      freeAll();
      engine.tick();
      Invariants.check(engine);
    }

    private void act(int i) {
      Block block = blocks[i];
      try {
        switch (i / SIZES.length % 4) {
          case 0 -> shared[i] = block.share();
          case 1 -> blocks[i] = block.resize(block.byteSize() + 2);
          case 2 -> blocks[i] = block.resize(2 * block.byteSize());
          default -> {
            addresses[i] = block.detach();
            blocks[i] = null;
            engine.unusualFrees().free(addresses[i]);
            addresses[i] = 0;
          }
        }
      } catch (OutOfMemoryError e) {
        errors++;
      }
    }

    /** Every block is as it was, or what it was to become: each handle can be closed. */
    private void freeAll() {
      for (int i = 0; i < BLOCKS; i++) {
        Block block = blocks[i];
        Block other = shared[i];
        if (addresses[i] != 0) {
          engine.unusualFrees().free(addresses[i]);
        }
        if (block != null) {
          assertThat(block.isAlive()).as("block %d", i).isTrue();
          block.segment().fill((byte) i);
          block.close();
        }
        if (other != null) {
          assertThat(other.isAlive()).isTrue();
          other.close();
        }
        blocks[i] = null;
        shared[i] = null;
        addresses[i] = 0;
      }
    }
  }
}
