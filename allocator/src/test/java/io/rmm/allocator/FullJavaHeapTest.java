package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A process whose Java heap is full, so that the kernel's own objects find no room: pages, cells,
 * tokens, handles. The caller gets the JVM's {@link OutOfMemoryError}, and all works on as soon as
 * there is room.
 *
 * <p>A handle for which there is no room costs its block, which then counts as live until the end;
 * hence as many as there were errors may be left.
 */
class FullJavaHeapTest {

  @Test
  void theErrorIsThrownAndTheManagerWorksOn() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(Full.class, List.of("-Xmx48m", "-XX:+UseSerialGC", "-Xlog:disable"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("worked on");
  }

  /** What the child does. */
  static final class Full {

    private static final int ROUNDS = 20;
    private static final int MOST_BLOCKS = 20_000;

    private Full() {}

    /** One of many that fill what is left of the heap, down to the last bytes. */
    @SuppressWarnings("UnusedVariable") // what the fields hold is what counts
    private static final class Ballast {
      final @Nullable Ballast next;
      final byte[] bytes;

      Ballast(@Nullable Ballast next, int size) {
        this.next = next;
        this.bytes = new byte[size];
      }
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      Engine engine =
          new Engine(
              "full",
              PageSources.named("linux"),
              new Sampler(SafetyMode.STANDARD, 1 << 12),
              BudgetLimits.hard(1L << 30));
      @Nullable Block[] blocks = new Block[MOST_BLOCKS];
      // Once with room, so that classes are loaded.
      int errors = round(engine, blocks, false);
      assertThat(errors).isZero();
      for (int i = 0; i < ROUNDS; i++) {
        errors += round(engine, blocks, true);
      }
      MemorySnapshot end = engine.snapshot();
      assertThat(errors).as("errors").isGreaterThanOrEqualTo(ROUNDS);
      assertThat(end.liveBlocks()).as("lost blocks").isZero();
      Invariants.check(engine);
      engine.close();
      System.out.println("worked on after " + errors + " errors");
    }

    /** Allocates until there is no room, frees all of it, and returns the number of errors. */
    private static int round(Engine engine, @Nullable Block[] blocks, boolean full) {
      Ballast ballast = full ? fill() : null;
      int count = 0;
      int errors = 0;
      try {
        while (count < blocks.length) {
          blocks[count] = engine.budgets().root().allocate(count % 7 == 0 ? 3_000 : 64);
          count++;
        }
      } catch (OutOfMemoryError e) {
        errors++;
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      for (int i = 0; i < count; i++) {
        Block block = blocks[i];
        blocks[i] = null;
        if (block != null) {
          block.segment().fill((byte) i);
          block.close();
        }
      }
      Invariants.check(engine);
      return errors;
    }

    private static @Nullable Ballast fill() {
      Ballast all = null;
      for (int size = 1 << 20; size > 0; size /= 4) {
        try {
          while (true) {
            all = new Ballast(all, size);
          }
        } catch (OutOfMemoryError e) {
          // Smaller ones still fit.
        }
      }
      return all;
    }
  }
}
