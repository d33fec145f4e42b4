package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Explainer;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guards under random load, against a model of what lies where. */
class GuardedLoadTest {

  private static final long PAGE = 4096;
  private static final long GUARD_BUDGET = 40 * PAGE;
  private static final int STEPS = 8_000;
  private static final int THREADS = 4;

  private final Engine engine =
      new Engine(
          "load",
          PageSources.named("linux"),
          new Sampler(SafetyMode.PARANOID, 1),
          BudgetLimits.unlimited(),
          new Safety(
              SafetyMode.PARANOID,
              Safety.defaultActions(),
              Safety.defaultQuarantineBytes(SafetyMode.PARANOID),
              GUARD_BUDGET));

  @AfterEach
  void end() {
    engine.close();
  }

  /** A block that is live, and what was written to all of it. */
  private record Stamped(Block block, byte stamp) {

    void check() {
      byte[] expected = new byte[(int) block.byteSize()];
      Arrays.fill(expected, stamp);
      assertThat(block.segment().mismatch(MemorySegment.ofArray(expected))).isEqualTo(-1);
    }
  }

  private Stamped allocate(Chance chance) {
    long size =
        switch (chance.below(10)) {
          case 0 -> chance.below(30 * (int) PAGE);
          case 1 -> chance.below(5) * PAGE;
          default -> chance.below(1000);
        };
    byte stamp = chance.stamp();
    Block block = engine.budgets().root().allocate(size, 1L << chance.below(13));
    block.segment().fill(stamp);
    return new Stamped(block, stamp);
  }

  private static long pages(long size) {
    return Math.max(1, (size + PAGE - 1) / PAGE) * PAGE;
  }

  @Test
  void guardsAreDisjointWithinTheBudgetAndCountedExactly() {
    Chance chance = new Chance(5);
    List<Stamped> live = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      if (live.size() < 60 && chance.below(5) < 3) {
        live.add(allocate(chance));
      } else if (!live.isEmpty()) {
        Stamped freed = live.remove(chance.below(live.size()));
        freed.check();
        freed.block.close();
      }
      if (step % 100 == 0) {
        check(live);
      }
    }
    live.forEach(stamped -> stamped.block.close());
    live.clear();
    check(live);
    assertThat(engine.snapshot().misuses()).isZero();
  }

  private void check(List<Stamped> live) {
    TreeMap<Long, Long> ranges = new TreeMap<>();
    long bytes = 0;
    int guarded = 0;
    for (Stamped stamped : live) {
      Block block = stamped.block;
      Explainer.Located found = engine.guards().find(block.address());
      if (found != null && found.blockId() == block.id()) {
        assertThat(found.offset()).isZero();
        assertThat(found.live()).isTrue();
        guarded++;
        bytes += pages(block.byteSize());
        ranges.put(block.address(), block.address() + block.byteSize());
      }
    }
    long end = 0;
    for (var range : ranges.entrySet()) {
      // Between any two of them lies a guard.
      assertThat(range.getKey()).isGreaterThanOrEqualTo(end);
      end = range.getValue() + PAGE;
    }
    MemorySnapshot snapshot = Invariants.check(engine);
    assertThat(snapshot.guardedBlocks()).isEqualTo(guarded);
    assertThat(snapshot.guardBytes()).isEqualTo(bytes).isLessThanOrEqualTo(GUARD_BUDGET);
  }

  @Test
  void theBudgetIsNeverExceededByRacingThreads() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Threads.together(
        THREADS + 1,
        number -> {
          if (number == THREADS) {
            while (!done.get()) {
              assertThat(engine.snapshot().guardBytes()).isBetween(0L, GUARD_BUDGET);
            }
            return;
          }
          try {
            load(new Chance(number));
          } finally {
            done.set(true);
          }
        });
    assertThat(engine.snapshot().guardBytes()).isZero();
    assertThat(engine.snapshot().guardedBlocks()).isZero();
    assertThat(engine.snapshot().misuses()).isZero();
    Invariants.check(engine);
  }

  private void load(Chance chance) {
    List<Stamped> live = new ArrayList<>();
    for (int step = 0; step < STEPS / THREADS; step++) {
      if (live.size() < 20 && chance.even()) {
        live.add(allocate(chance));
      } else if (!live.isEmpty()) {
        Stamped freed = live.remove(chance.below(live.size()));
        freed.check();
        freed.block.close();
      }
    }
    live.forEach(stamped -> stamped.block.close());
  }
}
