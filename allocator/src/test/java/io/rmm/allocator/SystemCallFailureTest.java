package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.LinuxPageSource;
import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every system call that the kernel makes may fail, once or for good: what was asked for gets a
 * typed error or is done later, nothing is lost, and the next call works.
 */
class SystemCallFailureTest {

  private static final LinuxSystemCalls LINUX = new LinuxSystemCalls();

  /** More calls than the script below makes, so that the last rounds fail none. */
  private static final int MORE_THAN_ALL = 60;

  private final FailingSystemCalls calls = new FailingSystemCalls(LINUX);
  private final Reports reports = new Reports();

  private Engine engine() {
    Engine engine =
        new Engine(
            "failing",
            new LinuxPageSource(calls),
            new Sampler(SafetyMode.STANDARD, 1 << 20),
            BudgetLimits.unlimited());
    engine.listeners().add(reports);
    return engine;
  }

  /** A program that needs every kind of call, and goes on without what it does not get. */
  private static final class Script {
    private final Engine engine;
    private final List<Block> held = new ArrayList<>();
    private int errors;

    Script(Engine engine) {
      this.engine = engine;
    }

    void run() {
      for (int round = 0; round < 3; round++) {
        for (long size : List.of(100L, 70_000L, 2L << 20, 3L << 20, 9L << 20, 40L)) {
          allocate(size);
        }
        free(3);
        // Two idle periods, and once more.
        for (int tick = 0; tick < 12; tick++) {
          engine.tick();
        }
        Invariants.check(engine);
        useArena();
        free(2);
        engine.purge();
        Invariants.check(engine);
      }
      free(held.size());
    }

    private void allocate(long size) {
      MemorySnapshot before = engine.snapshot();
      try {
        Block block = engine.budgets().root().allocate(size);
        block.segment().set(ValueLayout.JAVA_BYTE, size - 1, (byte) 1);
        held.add(block);
      } catch (OutOfMemoryError e) {
        check(e);
        long mapped = size <= 2 << 20 ? 2 << 20 : ChunkPool.hugeBytes(size);
        assertThat(e).hasMessageContaining("no " + mapped + " bytes");
        MemorySnapshot after = engine.snapshot();
        assertThat(after.liveBlocks()).isEqualTo(before.liveBlocks());
        assertThat(after.usedBytes()).isEqualTo(before.usedBytes());
        assertThat(after.allocations()).isEqualTo(before.allocations());
      }
      Invariants.check(engine);
    }

    private void useArena() {
      long live = engine.snapshot().liveBlocks();
      try (Arena arena = engine.budgets().root().openConfinedArena()) {
        arena.allocate(5_000);
        arena.allocate(4 << 20);
      } catch (OutOfMemoryError e) {
        check(e);
      }
      assertThat(engine.snapshot().liveBlocks()).isEqualTo(live);
      Invariants.check(engine);
    }

    private void check(OutOfMemoryError e) {
      errors++;
      assertThat(e)
          .hasMessageContaining("errno")
          .hasMessageContaining("committed")
          .hasMessageContaining("reserved");
    }

    private void free(int count) {
      for (int i = 0; i < count && !held.isEmpty(); i++) {
        held.remove(held.size() - 1).close();
        Invariants.check(engine);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 11, 1, 22})
  void anyCallMayFailOnce(int errno) {
    int survived = 0;
    for (int first = 0; first < MORE_THAN_ALL; first++) {
      Engine engine = engine();
      calls.fail(first, 1, errno);
      new Script(engine).run();
      survived += calls.failed() > 0 ? 1 : 0;
      checkEnd(engine);
    }
    assertThat(survived).as("rounds in which a call failed").isBetween(20, MORE_THAN_ALL - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 11, 1, 22})
  void allCallsMayFailFromSomeMomentOn(int errno) {
    int errors = 0;
    for (int first = 0; first < MORE_THAN_ALL; first++) {
      Engine engine = engine();
      calls.fail(first, Long.MAX_VALUE, errno);
      Script script = new Script(engine);
      script.run();
      errors += script.errors;
      calls.heal();
      Block block = engine.budgets().root().allocate(5 << 20);
      block.segment().fill((byte) 1);
      block.close();
      checkEnd(engine);
    }
    assertThat(errors).as("allocations that failed").isGreaterThan(20);
  }

  private void checkEnd(Engine engine) {
    calls.heal();
    engine.purge();
    MemorySnapshot end = Invariants.check(engine);
    assertThat(end.liveBlocks()).isZero();
    assertThat(end.committedBytes()).isZero();
    engine.reportLive();
    engine.close();
    assertThat(engine.pool().committedBytes()).isZero();
    assertThat(engine.pool().reservedBytes()).isZero();
  }

  @Test
  void aRangeThatCannotBeRetiredAtTheCloseGivesItsMemoryBackNevertheless() {
    Engine engine = engine();
    Block small = engine.budgets().root().allocate(100);
    Block huge = engine.budgets().root().allocate(3 << 20);
    MemorySegment stale = huge.segment().fill((byte) 1);
    small.segment().fill((byte) 1);
    // Both ranges, twice each.
    calls.fail(0, 2, 12);
    engine.close();
    assertThat(engine.pool().committedBytes()).isZero();
    assertThat(engine.pool().reservedBytes()).isZero();
    assertThatThrownBy(small::close).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> stale.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(InternalError.class);

    Engine worse = engine();
    worse.budgets().root().allocate(100).segment().fill((byte) 1);
    // The range, twice, but not the discarding.
    calls.fail(0, 2, 12);
    worse.close();
    assertThat(worse.pool().committedBytes()).isZero();
  }

  @Test
  void memoryThatCannotGoBackStaysCommittedAndGoesLater() {
    Engine engine = engine();
    engine.budgets().root().allocate(100).close();
    calls.fail(0, Long.MAX_VALUE, 22);
    engine.purge();
    assertThat(engine.snapshot().committedBytes()).isPositive();
    Block reused = engine.budgets().root().allocate(100);
    reused.segment().fill((byte) 1);
    calls.heal();
    for (int tick = 0; tick < 12; tick++) {
      engine.tick();
    }
    // Whatever had failed before, nothing is taken from under a live block.
    assertThat(reused.segment().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
    reused.close();
    for (int tick = 0; tick < 12; tick++) {
      engine.tick();
    }
    assertThat(engine.snapshot().committedBytes()).isZero();
    engine.close();
  }

  @Test
  void aMappingTriedAgainAfterAPurgeIsNoError() {
    Engine engine = engine();
    engine.budgets().root().allocate(10 << 20).close();
    // The first try fails; then what is idle goes back, and the second succeeds.
    calls.fail(0, 1, 12);
    engine.budgets().root().allocate(12 << 20).close();
    assertThat(calls.failed()).isEqualTo(1);
    checkEnd(engine);
  }
}
