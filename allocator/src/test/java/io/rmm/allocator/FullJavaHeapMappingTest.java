package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.Extent;
import io.rmm.allocator.source.PageSource;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory is mapped while the Java heap has room for less and less of what describes it: whatever
 * the first object is for which there is none, no extent is lost, and each is counted.
 */
class FullJavaHeapMappingTest {

  @OnBothSources
  void noExtentIsLost(String source) throws Exception {
    FullJavaHeap.run(Sweep.class, "lost nothing", "-Drmm.source=" + source);
  }

  /** What the child does. */
  static final class Sweep {

    private static final int ROUNDS = 3 * FullJavaHeap.POSITIONS;

    private Sweep() {}

    /** One of many that fill the heap; the smallest are the last, and go first. */
    @SuppressWarnings("UnusedVariable") // what the fields hold is what counts
    private static final class Ballast {
      final @Nullable Ballast next;
      final byte[] bytes;

      Ballast(@Nullable Ballast next, int size) {
        this.next = next;
        this.bytes = new byte[size];
      }
    }

    private static @Nullable Ballast ballast;

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      CountingSource source =
          new CountingSource(PageSources.named(System.getProperty("rmm.source")));
      Engine engine =
          new Engine(
              "sweep", source, new Sampler(SafetyMode.STANDARD, 1 << 20), BudgetLimits.unlimited());
      // Once with room, so that classes are loaded.
      Block first = engine.budgets().root().allocate(2 << 20);
      first.close();
      engine.purge();
      int errors = 0;
      for (int round = 0; round < ROUNDS; round++) {
        // Each an extent of its own: no size comes twice.
        errors += takeWithMoreAndMoreRoom(engine, source, (3L << 20) + (round << 18));
      }
      Invariants.check(engine);
      assertThat(errors).as("errors").isGreaterThan(ROUNDS);
      engine.close();
      assertThat(source.live).as("bytes of extents that nobody gave back").isZero();
      System.out.println("lost nothing in " + errors + " errors");
    }

    private static int takeWithMoreAndMoreRoom(Engine engine, CountingSource source, long bytes) {
      Block block = null;
      int errors = 0;
      fill();
      while (block == null) {
        try {
          block = engine.budgets().root().allocate(bytes);
        } catch (OutOfMemoryError e) {
          errors++;
          if (ballast == null) {
            throw e;
          }
          ballast = ballast.next;
        }
      }
      ballast = null;
      assertThat(source.live).as("mapped").isEqualTo(engine.pool().reservedBytes());
      block.close();
      return errors;
    }

    private static void fill() {
      for (int size = 1 << 20; size > 0; size /= 4) {
        try {
          while (true) {
            ballast = new Ballast(ballast, size);
          }
        } catch (OutOfMemoryError e) {
          // Smaller ones still fit.
        }
      }
    }
  }

  /** Counts the bytes of the extents that were handed out and have not been given back for good. */
  private static final class CountingSource extends ForwardingSource {

    private long live;

    CountingSource(PageSource real) {
      super(real);
    }

    @Override
    public Extent map(long bytes, long alignment) {
      // Made first, so that it is not this class that loses the extent.
      CountedExtent extent = new CountedExtent(this);
      extent.real = real.map(bytes, alignment);
      live += bytes;
      return extent;
    }
  }

  private static final class CountedExtent implements Extent {

    private final CountingSource source;
    private Extent real;

    CountedExtent(CountingSource source) {
      this.source = source;
    }

    @Override
    public MemorySegment memory() {
      return real.memory();
    }

    @Override
    public boolean isUnscoped() {
      return real.isUnscoped();
    }

    @Override
    public void discard(long offset, long bytes) {
      real.discard(offset, bytes);
    }

    @Override
    public void retire() {
      real.retire();
      source.live -= bytes();
    }
  }
}
