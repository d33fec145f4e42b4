package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.LinuxPageSource;
import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every system call that the kernel makes may fail, once or for good, with whatever number: what
 * was asked for gets a typed error or is done later, nothing is lost, and the next call works.
 */
class SystemCallFailureTest {

  /**
   * With a number other than {@code ENOMEM}, which alone is looked at, every third call fails in
   * the build: another third with each of the three numbers, and in each setting. 1 is every call.
   */
  private static final int STRIDE = Integer.getInteger("rmm.test.stride", 3);

  private static final LinuxSystemCalls LINUX = new LinuxSystemCalls();

  /** What the scenario needs is more, so that address space is reserved in its middle as well. */
  private static final long STEP_BYTES = 16L << 20;

  private static final Logger LOG = Logger.getLogger("io.rmm");

  private final FailingSystemCalls calls = new FailingSystemCalls(LINUX);
  private final Reports reports = new Reports();

  /** Hundreds of managers would each say once that memory cannot go back. */
  @BeforeAll
  static void silence() {
    LOG.setLevel(Level.SEVERE);
  }

  @AfterAll
  static void speak() {
    LOG.setLevel(null);
  }

  /** In which situations the scenario runs. */
  private enum Setting {
    PLAIN,
    HUGE_PAGES,
    /** Every block that can be guarded is, from the first tick of the clock on. */
    GUARDS
  }

  private Engine engine() {
    return engine(Setting.PLAIN);
  }

  private Engine engine(Setting setting) {
    boolean guards = setting == Setting.GUARDS;
    Engine engine =
        new Engine(
            "failing",
            new LinuxPageSource(calls, STEP_BYTES, setting == Setting.HUGE_PAGES),
            // An exponential variable of 0 ends the countdown with each block.
            guards
                ? new Sampler(SafetyMode.STANDARD, 1 << 20, () -> 0)
                : new Sampler(SafetyMode.STANDARD, 1 << 20),
            BudgetLimits.unlimited(),
            new Safety(
                SafetyMode.STANDARD,
                Safety.defaultActions(),
                0,
                guards ? Safety.DEFAULT_GUARD_BUDGET : 0));
    engine.listeners().add(reports);
    return engine;
  }

  /**
   * Lets the n-th call fail, for every n that there is, in each setting, and prints what
   * docs/faults.md keeps, if that is so with every number.
   */
  @Test
  void everyCallMayFail() {
    FaultTable table = new FaultTable();
    // Goes on by one more after all settings, so that none has the same third again.
    int third = 0;
    for (FaultTable.Errno errno : FaultTable.Errno.values()) {
      int step = errno == FaultTable.Errno.ENOMEM ? 1 : STRIDE;
      int turns = 0;
      do {
        for (Setting setting : Setting.values()) {
          int first = third++ % step;
          for (int n = first; failOnce(n, errno, setting, table); n += step) {}
          for (int n = first; failForGood(n, errno, setting, table); n += step) {}
        }
        third++;
        turns++;
        // A call of which there are few may not be among a third.
      } while (turns < step && !isComplete(table, errno));
    }
    System.out.println(table);
    for (FailingSystemCalls.Call call : FailingSystemCalls.Call.values()) {
      for (FaultTable.Errno errno : FaultTable.Errno.values()) {
        for (FaultTable.Span span : FaultTable.Span.values()) {
          assertThat(table.faults(call, errno, span))
              .as("%s with %s %s", call, errno, span.words)
              .isPositive();
        }
      }
    }
  }

  private static boolean isComplete(FaultTable table, FaultTable.Errno errno) {
    for (FailingSystemCalls.Call call : FailingSystemCalls.Call.values()) {
      for (FaultTable.Span span : FaultTable.Span.values()) {
        if (table.faults(call, errno, span) == 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** Lets the n-th call fail, ending the manager included; returns whether there was one. */
  private boolean failOnce(int n, FaultTable.Errno errno, Setting setting, FaultTable table) {
    calls.fail(n, FaultTable.Span.ONCE.calls, errno.number);
    Engine engine = engine(setting);
    FaultScenario scenario = new FaultScenario(engine);
    scenario.run();
    // What could not go back when it was idle goes with the next occasion.
    engine.purge();
    assertThat(Invariants.check(engine).committedBytes()).as("committed, call %d", n).isZero();
    Block live = engine.budgets().root().allocate(100);
    end(engine);
    assertThatThrownBy(live::close).isInstanceOf(IllegalStateException.class);
    if (calls.failed() > 0) {
      table.count(errno, FaultTable.Span.ONCE, calls.failedByCall(), scenario.errors());
    }
    return calls.failed() > 0;
  }

  /** Lets all calls from the n-th on fail, for as long as the manager is in use. */
  private boolean failForGood(int n, FaultTable.Errno errno, Setting setting, FaultTable table) {
    calls.fail(n, FaultTable.Span.FOR_GOOD.calls, errno.number);
    Engine engine = engine(setting);
    FaultScenario scenario = new FaultScenario(engine);
    scenario.run();
    boolean failed = calls.failed() > 0;
    if (failed) {
      table.count(errno, FaultTable.Span.FOR_GOOD, calls.failedByCall(), scenario.errors());
      calls.heal();
      scenario.useOnce();
      end(engine);
    } else {
      // Nothing is left that could fail but the end itself.
      failed = failAtTheEnd(engine);
      if (failed) {
        table.count(errno, FaultTable.Span.FOR_GOOD, calls.failedByCall(), 0);
      }
    }
    return failed;
  }

  /** Ends the manager while calls fail: what the system does not take it cannot be made to. */
  private boolean failAtTheEnd(Engine engine) {
    Block live = engine.budgets().root().allocate(100);
    MemorySegment stale = live.segment().fill((byte) 1);
    engine.close();
    boolean failed = calls.failed() > 0;
    assertThatThrownBy(live::close).isInstanceOf(IllegalStateException.class);
    try {
      assertThat(stale.get(ValueLayout.JAVA_BYTE, 0)).isBetween((byte) 0, (byte) 1);
    } catch (InternalError e) {
      // Its range went before the calls began to fail, and the process lives in either case.
      assertThat(e).hasMessageContaining("unsafe memory access");
    }
    return failed;
  }

  private void end(Engine engine) {
    engine.purge();
    Invariants.check(engine);
    engine.reportLive();
    engine.close();
    assertThat(engine.pool().committedBytes()).isZero();
    assertThat(engine.pool().reservedBytes()).isZero();
    assertThat(engine.snapshot().guardBytes()).isZero();
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

    calls.heal();
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
    for (int tick = 0; tick < FaultScenario.TICKS; tick++) {
      engine.tick();
    }
    // Whatever had failed before, nothing is taken from under a live block.
    assertThat(reused.segment().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
    reused.close();
    for (int tick = 0; tick < FaultScenario.TICKS; tick++) {
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
    end(engine);
  }
}
