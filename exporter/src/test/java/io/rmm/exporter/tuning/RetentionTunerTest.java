package io.rmm.exporter.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.TuningOutcome;
import io.rmm.exporter.CapturedLog;
import io.rmm.exporter.tuning.RetentionPolicy.Bounds;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loop on a real manager, whose own clock trims and returns memory. */
class RetentionTunerTest {

  private static final long MIB = 1 << 20;
  private static final long FLOOR = RetentionTuner.DEFAULT_FLOOR_BYTES;
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

  @ParameterizedTest
  @ValueSource(longs = {16 << 10, 20 << 20})
  void aBurstThatComesBackRaisesWhatIsRetainedAndQuietLowersItAgain(long blockSize) {
    try (CapturedLog log = new CapturedLog();
        MemoryManager manager =
            MemoryManager.builder().discoverViews(false).listener(listener).build();
        RetentionLoop loop = loop(manager)) {
      AtomicLong trimmed = new AtomicLong();
      manager.addListener(Bursts.trims(trimmed)); // told after the loop, which was there before
      long before = manager.knob(TuningKnob.RETAINED_BYTES);
      nextSecond(loop);

      Bursts.burst(manager, blockSize, before + 200 * MIB);
      nextSecond(loop);
      assertThat(told)
          .as("one burst proves nothing")
          .noneMatch(decision -> decision.verdict() != Verdict.HELD);

      // The manager's clock trims what lies idle above the limit; then the burst comes back.
      await().atMost(PATIENCE).until(() -> trimmed.get() > 0);
      nextSecond(loop);
      Bursts.burst(manager, blockSize, before + 200 * MIB);
      nextSecond(loop);

      TuningDecision raise = told.getLast();
      assertThat(raise.verdict()).isEqualTo(Verdict.RAISED);
      assertThat(raise.oldValue()).isEqualTo(before);
      assertThat(raise.newValue()).isGreaterThan(before);
      assertThat(raise.reason()).contains("re-mapped");
      assertThat(manager.knob(TuningKnob.RETAINED_BYTES)).isEqualTo(raise.newValue());
      assertThat(manager.snapshot().tuningDecisions()).isEqualTo(1);
      assertThat(log.lines(Level.INFO))
          .anyMatch(
              line -> line.contains("retained_bytes raised") && line.contains(raise.reason()));

      // Ten quiet minutes: the window forgets, and the limit goes down in steps.
      for (int second = 0; second < 600; second++) {
        nextSecond(loop);
      }
      assertThat(manager.knob(TuningKnob.RETAINED_BYTES)).isEqualTo(FLOOR);
      assertThat(manager.snapshot().tuningDecisions())
          .isEqualTo(told.stream().filter(d -> d.verdict() != Verdict.HELD).count());
      assertThat(told)
          .filteredOn(decision -> decision.verdict() == Verdict.HELD)
          .as("a reason to hold is told once")
          .extracting(TuningDecision::rule)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void theRootsHardLimitIsABound() {
    try (MemoryManager manager =
            MemoryManager.builder()
                .discoverViews(false)
                .limits(BudgetLimits.hard(8 * MIB))
                .listener(listener)
                .build();
        RetentionLoop loop = loop(manager)) {
      nextSecond(loop);
      assertThat(manager.knob(TuningKnob.RETAINED_BYTES)).isEqualTo(8 * MIB);
      assertThat(told.getLast().rule()).isEqualTo("bounds");
    }
  }

  @Test
  void inModeAdviseItTellsWhatItWouldDoAndInModeOffNothing() {
    try (MemoryManager manager =
            MemoryManager.builder()
                .discoverViews(false)
                .limits(BudgetLimits.hard(8 * MIB))
                .listener(listener)
                .build();
        RetentionLoop loop = loop(manager)) {
      long before = manager.knob(TuningKnob.RETAINED_BYTES);
      assertThat(manager.setTuningMode(TuningMode.OFF)).isEqualTo(TuningMode.APPLY);
      nextSecond(loop);
      assertThat(told).isEmpty();

      manager.setTuningMode(TuningMode.ADVISE);
      nextSecond(loop);
      nextSecond(loop);
      assertThat(told).as("an advice is told once").hasSize(1);
      assertThat(told.getFirst().verdict()).isEqualTo(Verdict.HELD);
      assertThat(told.getFirst().mode()).isEqualTo(TuningMode.ADVISE);
      assertThat(told.getFirst().rule()).isEqualTo("bounds");
      assertThat(told.getFirst().newValue()).isEqualTo(before);
      assertThat(told.getFirst().reason())
          .startsWith("in mode APPLY it would be lowered to " + 8 * MIB + ": ")
          .endsWith("; predicted nothing"); // one sample says nothing
      assertThat(told.getFirst().predicted()).isEqualTo(TuningEffect.UNKNOWN);
      assertThat(manager.knob(TuningKnob.RETAINED_BYTES)).isEqualTo(before);
      assertThat(manager.snapshot().tuningDecisions()).isZero();

      manager.setTuningMode(TuningMode.APPLY);
      nextSecond(loop);
      assertThat(told.getLast().mode()).isEqualTo(TuningMode.APPLY);
      assertThat(told.getLast().verdict()).isEqualTo(Verdict.LOWERED);
      assertThat(told.getLast().predicted()).isEqualTo(new TuningEffect(0, 0));
      assertThat(manager.knob(TuningKnob.RETAINED_BYTES)).isEqualTo(8 * MIB);
      assertThat(outcomes).as("nothing has changed before").isEmpty();

      for (int second = 0; second < 20; second++) {
        nextSecond(loop);
      }
      manager.setTuningMode(TuningMode.OFF);
      nextSecond(loop);
      nextSecond(loop);
      assertThat(outcomes).as("told when it is turned off").hasSize(1);
      assertThat(outcomes.getFirst().span()).isEqualTo(Duration.ofSeconds(20));
    }
  }

  @Test
  void thereIsOneTunerAtATime() throws Exception {
    try (MemoryManager manager = MemoryManager.builder().discoverViews(false).build()) {
      AutoCloseable first = new RetentionTuner().attach(manager);
      assertThatIllegalStateException().isThrownBy(() -> new RetentionTuner().attach(manager));
      assertThat(manager.tuningMode()).contains(TuningMode.APPLY);
      first.close();
      first.close();
      assertThat(manager.tuningMode()).isEmpty();
      new RetentionTuner().attach(manager).close();
    }
  }

  @Test
  void runsByItselfAndEndsWithTheManager() {
    MemoryManager manager =
        MemoryManager.builder()
            .name("tuned")
            .discoverViews(false)
            .limits(BudgetLimits.hard(8 * MIB)) // so that the first step has something to do
            .view(new RetentionTuner())
            .build();
    await().atMost(PATIENCE).until(() -> manager.snapshot().tuningDecisions() == 1);
    assertThat(threads()).contains("rmm-tuner-tuned");

    manager.close();

    await().atMost(PATIENCE).until(() -> !threads().contains("rmm-tuner-tuned"));
  }

  @Test
  void givesUpWithOneLineWhenItGoesOnFailing() {
    try (CapturedLog log = new CapturedLog();
        MemoryManager manager = MemoryManager.builder().name("odd").discoverViews(false).build();
        RetentionLoop loop =
            new RetentionLoop(
                manager,
                new Bounds(FLOOR, FLOOR),
                () -> {
                  throw new IllegalStateException("the clock has stopped");
                })) {
      for (int i = 0; i < RetentionLoop.MOST_FAILURES; i++) {
        loop.tick();
      }

      assertThat(log.lines(Level.INFO))
          .singleElement(InstanceOfAssertFactories.STRING)
          .startsWith("the tuner of memory manager odd gives up after 5 failures")
          .contains("the clock has stopped");
      assertThat(manager.knob(TuningKnob.RETAINED_BYTES)).isGreaterThan(FLOOR);
    }
  }

  @Test
  void refusesASourceThatCannotBeTuned() {
    MemorySource foreign =
        new MemorySource() {
          @Override
          public String name() {
            return "foreign";
          }

          @Override
          public MemorySnapshot snapshot() {
            return MemorySnapshot.builder().build();
          }

          @Override
          public SiteProfile profile() {
            return SiteProfile.empty();
          }

          @Override
          public void addListener(MemoryListener listener) {}

          @Override
          public void removeListener(MemoryListener listener) {}
        };

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetentionTuner().attach(foreign))
        .withMessage("foreign is not a MemoryManager");
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
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
