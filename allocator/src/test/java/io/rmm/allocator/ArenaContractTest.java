package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * RMM's arenas beside those of the JDK: whatever is done to both, in the same order and by the same
 * threads, comes out the same.
 */
class ArenaContractTest {

  private static final int RUNS = 150;
  private static final int STEPS = 60;

  /** What came of an act: the kind of exception, or what there is to say of the result. */
  private static String outcome(Callable<String> act) {
    try {
      return act.call();
    } catch (Exception e) {
      return e.getClass().getName();
    }
  }

  private static String inAnotherThread(Callable<String> act) {
    String[] outcome = new String[1];
    try {
      Threads.inAnother(_ -> outcome[0] = outcome(act));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return outcome[0];
  }

  /** An arena, and what was allocated in it. */
  private static final class Side {
    final Arena arena;
    final List<MemorySegment> segments = new ArrayList<>();

    Side(Arena arena) {
      this.arena = arena;
    }

    String allocate(long size, long alignment) {
      MemorySegment segment = arena.allocate(size, alignment);
      assertThat(segment.address() % alignment).as("alignment %d", alignment).isZero();
      assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) size]))).isEqualTo(-1);
      assertThat(segment.scope()).isEqualTo(arena.scope());
      // Dirt for whoever gets the memory next.
      segment.fill((byte) -1);
      segments.add(segment);
      return describe(segment);
    }

    private static String describe(MemorySegment segment) {
      return segment.byteSize()
          + " bytes, native "
          + segment.isNative()
          + ", mapped "
          + segment.isMapped()
          + ", read-only "
          + segment.isReadOnly()
          + ", accessible "
          + segment.isAccessibleBy(Thread.currentThread())
          + ", alive "
          + segment.scope().isAlive();
    }

    String describe(int index) {
      return describe(segments.get(index));
    }

    String write(int index, long offset) {
      segments.get(index).set(ValueLayout.JAVA_BYTE, offset, (byte) 1);
      return "written";
    }

    String read(int index, long offset) {
      return "read " + segments.get(index).get(ValueLayout.JAVA_BYTE, offset);
    }

    String slice(int index, long offset) {
      return describe(segments.get(index).asSlice(offset));
    }

    String close() {
      arena.close();
      return "closed";
    }
  }

  private static void run(RandomGenerator random, Side rmm, Side jdk) {
    for (int step = 0; step < STEPS; step++) {
      int dice = random.nextInt(100);
      boolean here = random.nextInt(8) != 0;
      long size = random.nextInt(20) == 0 ? -1 : (long) Math.exp(random.nextDouble(11)) - 1;
      long alignment = random.nextInt(20) == 0 ? random.nextInt(-2, 4) : 1L << random.nextInt(14);
      int count = rmm.segments.size();
      int index = count == 0 ? 0 : random.nextInt(count);
      long offset = random.nextLong(-1, 300);
      if (dice < 60 || count == 0) {
        compare(here, () -> rmm.allocate(size, alignment), () -> jdk.allocate(size, alignment));
      } else if (dice < 70) {
        compare(here, () -> rmm.write(index, offset), () -> jdk.write(index, offset));
      } else if (dice < 80) {
        compare(here, () -> rmm.read(index, offset), () -> jdk.read(index, offset));
      } else if (dice < 88) {
        compare(here, () -> rmm.slice(index, offset), () -> jdk.slice(index, offset));
      } else if (dice < 97) {
        compare(here, () -> rmm.describe(index), () -> jdk.describe(index));
      } else {
        compare(here, rmm::close, jdk::close);
      }
      assertThat(rmm.segments).hasSameSizeAs(jdk.segments);
    }
    compare(true, rmm::close, jdk::close);
    compare(true, rmm::close, jdk::close);
  }

  private static void compare(boolean here, Callable<String> rmm, Callable<String> jdk) {
    String ours = here ? outcome(rmm) : inAnotherThread(rmm);
    String theirs = here ? outcome(jdk) : inAnotherThread(jdk);
    assertThat(ours).isEqualTo(theirs);
  }

  @SuppressWarnings("MustBeClosedChecker") // the run closes it
  private static Arena jdkArena(boolean confined) {
    if (confined) {
      return Arena.ofConfined();
    }
    return Arena.ofShared();
  }

  @ParameterizedTest
  @CsvSource({"linux,confined", "linux,shared", "portable,confined", "portable,shared"})
  void whateverIsDoneComesOutTheSame(String source, String kind) {
    boolean confined = kind.equals("confined");
    try (MemoryManager manager =
        MemoryManager.builder().pageSource(source).discoverViews(false).build()) {
      for (long seed = 1; seed <= RUNS; seed++) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Side rmm = new Side(confined ? manager.openConfinedArena() : manager.openSharedArena());
        Side jdk = new Side(jdkArena(confined));
        try {
          run(random, rmm, jdk);
        } catch (AssertionError e) {
          throw new AssertionError("seed " + seed, e);
        }
        MemorySnapshot after = manager.snapshot();
        Invariants.check(after);
        assertThat(after.liveBlocks()).as("live after seed %d", seed).isZero();
        assertThat(after.requestedBytes()).isZero();
        assertThat(after.openArenas()).isZero();
      }
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }
}
