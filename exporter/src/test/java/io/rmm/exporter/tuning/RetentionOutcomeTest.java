package io.rmm.exporter.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.WhatIf;
import io.rmm.exporter.CapturedLog;
import io.rmm.exporter.tuning.RetentionPolicy.Bounds;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What the loop predicts, and tells afterwards, on a real manager. */
class RetentionOutcomeTest {

  private static final long MIB = 1 << 20;
  private static final long FLOOR = RetentionTuner.DEFAULT_FLOOR_BYTES;
  private static final long WAVE = 300 * MIB;
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private long second;
  private final List<TuningOutcome> outcomes = new CopyOnWriteArrayList<>();
  private final List<TuningDecision> told = new CopyOnWriteArrayList<>();
  private final MemoryListener listener =
      new MemoryListener() {
        @Override
        public void onTuning(TuningDecision decision) {
          told.add(decision);
        }

        @Override
        public void onTuningOutcome(TuningOutcome outcome) {
          outcomes.add(outcome);
        }
      };

  @Test
  void aRaiseThatWavesGoOnToNeedIsConfirmedAndToldOnce() {
    try (MemoryManager manager =
            MemoryManager.builder().discoverViews(false).listener(listener).build();
        RetentionLoop loop = loop(manager)) {
      TuningDecision raise = raiseByWaves(manager, loop);
      assertThat(raise.predicted().isCostKnown()).as("trimming has been timed").isTrue();
      assertThat(raise.predicted().bytes()).isPositive();

      // A minute more of the same waves, faster than the manager's clock trims.
      for (int i = 0; i < 60; i++) {
        Bursts.burst(manager, 20 * MIB, WAVE);
        nextSecond(loop);
      }

      assertThat(outcomes).hasSize(1);
      TuningOutcome outcome = outcomes.getFirst();
      assertThat(outcome.decision()).isEqualTo(raise);
      assertThat(outcome.span()).isEqualTo(Duration.ofMinutes(1));
      assertThat(outcome.measured().bytes()).isPositive();
      assertThat(outcome.measured().cost()).isNotNegative();
      assertThat(outcome.confirmed()).as(outcome.toString()).isTrue();
    }
  }

  @Test
  void aStepDownAfterWhichDemandBeginsToMakeWavesIsNotConfirmed() {
    try (CapturedLog log = new CapturedLog();
        MemoryManager manager =
            MemoryManager.builder().name("woken").discoverViews(false).listener(listener).build();
        RetentionLoop loop = loop(manager)) {
      while (manager.snapshot().tuningDecisions() == 0) {
        nextSecond(loop);
      }
      TuningDecision lowered = told.getLast();
      assertThat(lowered.predicted()).as("nothing ever happened").isEqualTo(new TuningEffect(0, 0));

      // Waves below the limit: the policy has no reason to move, but they keep memory.
      for (int i = 0; i < 60; i++) {
        Bursts.burst(manager, 10 * MIB, 30 * MIB);
        nextSecond(loop);
      }

      TuningOutcome outcome = outcomes.getFirst();
      assertThat(outcome.decision()).isEqualTo(lowered);
      assertThat(outcome.measured().bytes()).isGreaterThan(2 * MIB);
      assertThat(outcome.confirmed()).as(outcome.toString()).isFalse();
      assertThat(log.lines(Level.INFO))
          .anyMatch(line -> line.startsWith("woken: ") && line.contains("not confirmed"));
    }
  }

  /** Lets waves come and go until the limit is raised because of them. */
  private TuningDecision raiseByWaves(MemoryManager manager, RetentionLoop loop) {
    AtomicLong trimmed = new AtomicLong();
    manager.addListener(Bursts.trims(trimmed)); // told after the loop, which was there before
    nextSecond(loop);
    Bursts.burst(manager, 20 * MIB, WAVE);
    nextSecond(loop);
    while (manager.snapshot().tuningDecisions() == 0) {
      long before = trimmed.get();
      await().atMost(PATIENCE).until(() -> trimmed.get() > before);
      nextSecond(loop);
      Bursts.burst(manager, 20 * MIB, WAVE);
      nextSecond(loop);
    }
    TuningDecision raise = told.getLast();
    assertThat(raise.verdict()).isEqualTo(Verdict.RAISED);
    return raise;
  }

  @Test
  void eachStepDownIsLookedAtBeforeTheNext() {
    try (MemoryManager manager =
            MemoryManager.builder().discoverViews(false).listener(listener).build();
        RetentionLoop loop = loop(manager)) {
      for (int second = 0; second < 180; second++) {
        nextSecond(loop);
      }

      List<TuningDecision> changes =
          told.stream().filter(decision -> decision.verdict() == Verdict.LOWERED).toList();
      assertThat(changes).hasSizeGreaterThan(1);
      assertThat(outcomes).extracting(TuningOutcome::decision).isEqualTo(changes);
      assertThat(outcomes)
          .allSatisfy(outcome -> assertThat(outcome.confirmed()).isTrue())
          .allSatisfy(outcome -> assertThat(outcome.span()).isBetween(TEN_SECONDS, MINUTE));
    }
  }

  @Test
  void theEndOfTuningTellsWhatIsKnownByThen() {
    try (MemoryManager manager =
        MemoryManager.builder().discoverViews(false).listener(listener).build()) {
      RetentionLoop loop = loop(manager);
      while (manager.knob(TuningKnob.RETAINED_BYTES) > FLOOR) {
        nextSecond(loop);
      }
      TuningDecision last = told.getLast();
      for (int i = 0; i < 15; i++) {
        nextSecond(loop);
      }
      assertThat(outcomes).extracting(TuningOutcome::decision).doesNotContain(last);
      loop.close();

      assertThat(outcomes.getLast().decision()).isEqualTo(last);
      assertThat(outcomes.getLast().span()).isEqualTo(Duration.ofSeconds(15));
      assertThat(manager.whatIf()).isEmpty();
    }
  }

  @Test
  void whatOtherLimitsWouldDoCanBeAskedUnlessItIsOff() {
    try (MemoryManager manager =
            MemoryManager.builder().discoverViews(false).listener(listener).build();
        RetentionLoop loop = loop(manager)) {
      assertThat(manager.whatIf()).as("nothing seen").isEmpty();
      nextSecond(loop);
      assertThat(manager.whatIf()).as("one sample says nothing").isEmpty();
      Bursts.burst(manager, 20 * MIB, WAVE);
      nextSecond(loop);
      nextSecond(loop);

      long limit = manager.knob(TuningKnob.RETAINED_BYTES);
      List<WhatIf> rows = manager.whatIf();
      assertThat(rows)
          .extracting(WhatIf::value)
          .containsExactly(limit / 4, limit / 2, limit, 2 * limit, 4 * limit);
      assertThat(rows)
          .extracting(row -> row.predicted().bytes())
          .as("a higher limit keeps more")
          .isSorted()
          .last(InstanceOfAssertFactories.LONG)
          .isPositive();

      manager.setTuningMode(TuningMode.ADVISE);
      nextSecond(loop);
      assertThat(manager.whatIf()).hasSize(5);
      manager.setTuningMode(TuningMode.OFF);
      nextSecond(loop);
      assertThat(manager.whatIf()).isEmpty();
    }
  }

  private RetentionLoop loop(MemoryManager manager) {
    return new RetentionLoop(
        manager, new Bounds(FLOOR, Long.MAX_VALUE), () -> Duration.ofSeconds(second).toNanos());
  }

  /** Lets the loop tick as if a second had passed. */
  private void nextSecond(RetentionLoop loop) {
    second++;
    loop.tick();
  }
}
