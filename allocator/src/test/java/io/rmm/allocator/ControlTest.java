package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may be changed while a manager runs, and what it passes on from one view to the others. */
class ControlTest {

  private final List<ControlAction> actions = new ArrayList<>();
  private final List<ExporterStatistics> ended = new ArrayList<>();
  private final AtomicLong samples = new AtomicLong();
  private final MemoryManager manager = manager(SafetyMode.STANDARD);

  private MemoryManager manager(SafetyMode mode) {
    return MemoryManager.builder()
        .discoverViews(false)
        .safetyMode(mode)
        .sampleInterval(1 << 20)
        .listener(
            new MemoryListener() {
              @Override
              public void onControl(ControlAction action) {
                actions.add(action);
              }

              @Override
              public void onExporterEnd(ExporterStatistics last) {
                ended.add(last);
              }

              @Override
              public void onSample(AllocationSample sample) {
                samples.incrementAndGet();
              }
            })
        .build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void listenersHearWhatWasAsked() {
    ControlAction action = new ControlAction("purge", "", "operator", ControlAction.DONE);
    manager.audit(action);
    assertThat(actions).containsExactly(action);
  }

  @Test
  void aTunerHasAModeFromItsBeginningToItsEnd() {
    assertThat(manager.tuningMode()).isEmpty();
    assertThatIllegalStateException()
        .isThrownBy(() -> manager.setTuningMode(TuningMode.APPLY))
        .withMessage("there is no tuner");

    manager.beginTuning(TuningMode.APPLY);
    assertThat(manager.tuningMode()).contains(TuningMode.APPLY);
    assertThatIllegalStateException().isThrownBy(() -> manager.beginTuning(TuningMode.OFF));
    assertThat(manager.tuningMode()).contains(TuningMode.APPLY);
    assertThat(manager.setTuningMode(TuningMode.ADVISE)).isEqualTo(TuningMode.APPLY);
    assertThat(manager.tuningMode()).contains(TuningMode.ADVISE);

    manager.endTuning();
    assertThat(manager.tuningMode()).isEmpty();
    manager.beginTuning(TuningMode.OFF);
    assertThat(manager.tuningMode()).contains(TuningMode.OFF);
  }

  @Test
  void anAdviceThatChangesAKnobIsNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TuningDecision(
                    TuningKnob.RETAINED_BYTES,
                    1,
                    2,
                    TuningDecision.Verdict.RAISED,
                    "rule",
                    "because",
                    TuningMode.ADVISE))
        .withMessage("in mode ADVISE a knob is held, not raised");
  }

  @Test
  void anOutcomeIsToldAsItIs() {
    List<TuningOutcome> outcomes = new ArrayList<>();
    manager.addListener(
        new MemoryListener() {
          @Override
          public void onTuningOutcome(TuningOutcome outcome) {
            outcomes.add(outcome);
          }
        });
    TuningOutcome outcome =
        new TuningOutcome(
            raised().predicting(new TuningEffect(3, 4)),
            Duration.ofSeconds(60),
            new TuningEffect(1, 2),
            true);

    manager.assess(outcome);

    assertThat(outcomes).containsExactly(outcome);
    assertThat(manager.snapshot().tuningDecisions()).as("an outcome is no decision").isZero();
  }

  @Test
  void anOutcomeOfNothingIsNone() {
    TuningDecision held =
        new TuningDecision(
            TuningKnob.RETAINED_BYTES, 1, 1, TuningDecision.Verdict.HELD, "rule", "because");
    TuningEffect measured = new TuningEffect(0, 0);

    assertThat(held.predicted()).isEqualTo(TuningEffect.UNKNOWN);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TuningOutcome(held, Duration.ofSeconds(1), measured, true))
        .withMessage("a decision that held the knob has no outcome");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TuningOutcome(raised(), Duration.ZERO, measured, true))
        .withMessageContaining("not PT0S");
    assertThatIllegalArgumentException().isThrownBy(() -> new TuningEffect(-2, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new TuningEffect(0, -2));
    assertThatNullPointerException().isThrownBy(() -> manager.assess(null));
  }

  @Test
  void aTunerIsAskedWhatItPredictsFromItsBeginningToItsEnd() {
    WhatIf row = new WhatIf(TuningKnob.RETAINED_BYTES, 5, new TuningEffect(6, 7));
    List<WhatIf> rows = new ArrayList<>();
    assertThat(manager.whatIf()).isEmpty();
    assertThatNullPointerException().isThrownBy(() -> manager.beginTuning(TuningMode.APPLY, null));
    assertThat(manager.tuningMode()).as("refused before anything has changed").isEmpty();

    manager.beginTuning(TuningMode.APPLY, () -> rows);
    assertThat(manager.whatIf()).isEmpty();
    rows.add(row);
    assertThat(manager.whatIf()).containsExactly(row);
    assertThatIllegalStateException()
        .isThrownBy(() -> manager.beginTuning(TuningMode.APPLY, List::of));
    assertThat(manager.whatIf()).containsExactly(row);

    manager.endTuning();
    assertThat(manager.whatIf()).isEmpty();
    manager.beginTuning(TuningMode.APPLY);
    assertThat(manager.whatIf()).as("of one that predicts nothing").isEmpty();
  }

  @Test
  void aTunerThatFailsToAnswerPredictsNothing() {
    manager.beginTuning(
        TuningMode.APPLY,
        () -> {
          throw new IllegalStateException("deliberate");
        });

    assertThat(manager.whatIf()).isEmpty();
  }

  private static TuningDecision raised() {
    return new TuningDecision(
        TuningKnob.RETAINED_BYTES, 1, 2, TuningDecision.Verdict.RAISED, "rule", "because");
  }

  @Test
  void exportersAreAskedWhenTheyAreReadAndWhenTheyEnd() {
    AtomicLong sent = new AtomicLong();
    Supplier<ExporterStatistics> good =
        () -> new ExporterStatistics("good", sent.get(), 0, 0, 0, 0, "");
    Supplier<ExporterStatistics> bad =
        () -> {
          throw new IllegalStateException("deliberate");
        };
    assertThat(manager.exporters()).isEmpty();
    manager.addExporter(bad);
    manager.addExporter(good);
    manager.addExporter(good);
    sent.set(7);
    assertThat(manager.exporters()).hasSize(1);
    assertThat(manager.exporters().getFirst().sent()).isEqualTo(7);

    sent.set(8);
    manager.removeExporter(good);
    assertThat(manager.exporters()).isEmpty();
    // The second removal is of nothing, and one that does not tell has no last word either.
    manager.removeExporter(good);
    manager.removeExporter(bad);
    assertThat(ended).containsExactly(new ExporterStatistics("good", 8, 0, 0, 0, 0, ""));
  }

  @Test
  void aThreadGoesByTheNewIntervalFromItsNextObservationOn() {
    while (samples.get() == 0) {
      manager.allocate(1 << 16).close();
    }
    assertThat(manager.setSampleInterval(1)).isEqualTo(1 << 20);
    assertThat(manager.configuration()).containsEntry("sampleInterval", "1");
    long before = samples.get();
    while (samples.get() == before) {
      manager.allocate(1 << 16).close();
    }
    // The countdown that stood has ended; the mean doubles with every hundred observations.
    before = samples.get();
    for (int i = 0; i < 50; i++) {
      manager.allocate(1 << 16).close();
    }
    assertThat(samples.get()).isEqualTo(before + 50);
  }

  @Test
  void anIntervalThatIsNoneIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> manager.setSampleInterval(0));
    assertThatIllegalArgumentException().isThrownBy(() -> manager.setSampleInterval(2L << 40));
    assertThat(manager.configuration()).containsEntry("sampleInterval", "1048576");
    try (MemoryManager paranoid = manager(SafetyMode.PARANOID)) {
      assertThatIllegalStateException().isThrownBy(() -> paranoid.setSampleInterval(1 << 20));
    }
  }

  @Test
  void theConfigurationTellsTheLimitsInForce() {
    manager.rootBudget().setLimits(new BudgetLimits(1, 2 << 20, 4 << 20));
    assertThat(manager.configuration())
        .containsEntry("minimum", "1")
        .containsEntry("softLimit", "2097152")
        .containsEntry("hardLimit", "4194304");
  }
}
