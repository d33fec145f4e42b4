package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.PressureChange.Cause;
import io.rmm.allocator.ProcessPressure.Shortage;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How short of memory a process is, by the files of a container that the test writes. */
class ProcessPressureTest {

  private static final long SECOND = 1_000_000_000;

  @TempDir Path root;

  private long nanos;

  private ProcessPressure pressure() {
    return new ProcessPressure(root, () -> nanos, Runnable::run);
  }

  /** Changes what the files say. */
  private interface Change {
    void make() throws IOException;
  }

  private PressureLevel next(ProcessPressure pressure, Change change) throws IOException {
    change.make();
    nanos += SECOND;
    return pressure.ofContainer().level();
  }

  @Test
  void aContainerGetsShortInTwoStepsAndLeavesThemWithAMargin() throws Exception {
    ControlGroupFiles group = ControlGroupFiles.version2(root, "c").max(1000);
    ProcessPressure pressure = pressure();
    assertThat(next(pressure, () -> group.holds(899, 0))).isEqualTo(PressureLevel.NONE);
    assertThat(next(pressure, () -> group.holds(900, 0))).isEqualTo(PressureLevel.SOFT);
    assertThat(next(pressure, () -> group.holds(949, 0))).isEqualTo(PressureLevel.SOFT);
    assertThat(next(pressure, () -> group.holds(950, 0))).isEqualTo(PressureLevel.HARD);
    assertThat(pressure.ofContainer()).isEqualTo(new Shortage(PressureLevel.HARD, 950, 1000));
    assertThat(next(pressure, () -> group.holds(910, 0))).isEqualTo(PressureLevel.HARD);
    assertThat(next(pressure, () -> group.holds(900, 0))).isEqualTo(PressureLevel.SOFT);
    assertThat(next(pressure, () -> group.holds(860, 0))).isEqualTo(PressureLevel.SOFT);
    assertThat(next(pressure, () -> group.holds(850, 0))).isEqualTo(PressureLevel.NONE);
  }

  @Test
  void filesThatTheKernelCanLetGoAreNoPressure() throws Exception {
    ControlGroupFiles group = ControlGroupFiles.version1(root, "c").max(1000);
    ProcessPressure pressure = pressure();
    assertThat(next(pressure, () -> group.holds(1000, 500))).isEqualTo(PressureLevel.NONE);
    assertThat(next(pressure, () -> group.holds(1000, 20))).isEqualTo(PressureLevel.HARD);
  }

  @Test
  void aContainerThatIsSlowedDownIsShort() throws Exception {
    ControlGroupFiles group = ControlGroupFiles.version2(root, "c").high(500);
    ProcessPressure pressure = pressure();
    assertThat(next(pressure, () -> group.holds(500, 0))).isEqualTo(PressureLevel.SOFT);
    assertThat(pressure.ofContainer().limit()).isEqualTo(500);
    assertThat(next(pressure, () -> group.holds(5_000_000, 0))).isEqualTo(PressureLevel.SOFT);
  }

  @Test
  void lostTimeIsPressureUntilItHasHalved() throws Exception {
    ControlGroupFiles group = ControlGroupFiles.version2(root, "c").max(1000).holds(10, 0);
    ProcessPressure pressure = pressure();
    group.machineStalls(100, 100); // others' concern
    assertThat(nextTime(pressure, () -> group.stalls(9.99, 0))).isEqualTo(PressureLevel.NONE);
    assertThat(nextTime(pressure, () -> group.stalls(10, 0))).isEqualTo(PressureLevel.SOFT);
    assertThat(nextTime(pressure, () -> group.stalls(5, 2))).isEqualTo(PressureLevel.SOFT);
    assertThat(nextTime(pressure, () -> group.stalls(60, 30.5))).isEqualTo(PressureLevel.HARD);
    assertThat(pressure.ofTime()).isEqualTo(new Shortage(PressureLevel.HARD, 10, 1000));
    assertThat(nextTime(pressure, () -> group.stalls(20, 15))).isEqualTo(PressureLevel.HARD);
    assertThat(nextTime(pressure, () -> group.stalls(20, 14.9))).isEqualTo(PressureLevel.SOFT);
    assertThat(nextTime(pressure, () -> group.stalls(4.9, 1))).isEqualTo(PressureLevel.NONE);
  }

  @Test
  void withoutAContainerThatTellsTheMachinesTimeCounts() throws Exception {
    ControlGroupFiles group = ControlGroupFiles.version1(root, "c");
    assertThat(nextTime(pressure(), () -> group.machineStalls(11, 0)))
        .isEqualTo(PressureLevel.SOFT);
  }

  private PressureLevel nextTime(ProcessPressure pressure, Change change) throws IOException {
    change.make();
    nanos += SECOND;
    return pressure.ofTime().level();
  }

  @Test
  void theFilesAreReadOnceASecond() throws Exception {
    ControlGroupFiles group = ControlGroupFiles.version2(root, "c").max(1000).holds(990, 0);
    ProcessPressure pressure = pressure();
    assertThat(pressure.ofContainer().level()).isEqualTo(PressureLevel.HARD);
    group.holds(0, 0);
    nanos += SECOND - 1;
    assertThat(pressure.ofContainer().level()).isEqualTo(PressureLevel.HARD);
    nanos += 1;
    assertThat(pressure.ofContainer().level()).isEqualTo(PressureLevel.NONE);
  }

  @Test
  void whereNothingCanBeReadThereIsNoPressureAndTwoLinesInTheLog() throws Exception {
    List<String> lines = new ArrayList<>();
    Logger log = Logger.getLogger("io.rmm");
    Level levelBefore = log.getLevel();
    Handler handler = new Lines(lines);
    log.addHandler(handler);
    log.setLevel(Level.FINE);
    try {
      ProcessPressure pressure = pressure();
      for (int i = 0; i < 5; i++) {
        nanos += SECOND;
        assertThat(pressure.ofContainer()).isEqualTo(Shortage.NONE);
        assertThat(pressure.ofTime().level()).isEqualTo(PressureLevel.NONE);
      }
      // It comes to be readable, and goes again.
      ControlGroupFiles group = ControlGroupFiles.version2(root, "c").max(1000);
      assertThat(next(pressure, () -> group.holds(990, 0))).isEqualTo(PressureLevel.HARD);
      assertThat(next(pressure, () -> group.delete("memory.max"))).isEqualTo(PressureLevel.NONE);
    } finally {
      log.removeHandler(handler);
      log.setLevel(levelBefore);
    }
    assertThat(lines)
        .containsOnlyOnce("the limits of the container are not looked at")
        .containsOnlyOnce("the time lost in waiting for memory is not looked at");
  }

  /** Files behind which somebody does not answer hold up nobody, and are not asked once more. */
  @Test
  void oneReadingGoesOnAtATimeAndNobodyWaitsForIt() throws Exception {
    ControlGroupFiles.version2(root, "c").max(1000).holds(990, 0);
    List<Runnable> readings = new ArrayList<>();
    ProcessPressure pressure = new ProcessPressure(root, () -> nanos, readings::add);
    for (int i = 0; i < 5; i++) {
      nanos += SECOND;
      assertThat(pressure.ofContainer()).isEqualTo(Shortage.NONE);
    }
    assertThat(readings).hasSize(1);
    readings.getFirst().run();
    assertThat(pressure.ofContainer().level()).isEqualTo(PressureLevel.HARD);
    nanos += SECOND;
    assertThat(pressure.ofContainer().level()).isEqualTo(PressureLevel.HARD);
    assertThat(readings).hasSize(2);
  }

  @Test
  void aProcessThatIsMovedToAnotherGroupIsFoundThere() throws Exception {
    ControlGroupFiles.version2(root, "roomy").max(1000).holds(10, 0);
    ProcessPressure pressure = pressure();
    nanos += SECOND;
    assertThat(pressure.ofContainer().level()).isEqualTo(PressureLevel.NONE);
    ControlGroupFiles.version2(root, "tight").max(1000).holds(990, 0);
    nanos += 31 * SECOND;
    assertThat(pressure.ofContainer().level()).isEqualTo(PressureLevel.HARD);
  }

  /** Keeps what is logged of pressure. */
  private static final class Lines extends Handler {

    private final List<String> lines;

    Lines(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void listenersHearOfTheEdges() throws Exception {
    ControlGroupFiles group = ControlGroupFiles.version2(root, "c").max(1000).stalls(50, 0);
    group.holds(990, 0);
    List<PressureChange> told = new CopyOnWriteArrayList<>();
    MemoryListener listener =
        new MemoryListener() {
          @Override
          public void onPressure(PressureChange change) {
            told.add(change);
          }
        };
    Engine engine =
        new Engine(
            "pressed",
            PageSources.named("portable"),
            new Sampler(SafetyMode.STANDARD, 1),
            BudgetLimits.unlimited(),
            Safety.of(SafetyMode.STANDARD),
            pressure());
    engine.listeners().add(listener);
    tickForTwoSeconds(engine);
    await().until(() -> told.size() == 2);
    group.holds(10, 0).stalls(0, 0);
    tickForTwoSeconds(engine);
    await().until(() -> told.size() == 4);
    engine.close();
    assertThat(told)
        .containsExactly(
            change(PressureLevel.HARD, PressureLevel.NONE, 990, Cause.CGROUP),
            change(PressureLevel.SOFT, PressureLevel.NONE, 990, Cause.PSI),
            change(PressureLevel.NONE, PressureLevel.HARD, 10, Cause.CGROUP),
            change(PressureLevel.NONE, PressureLevel.SOFT, 10, Cause.PSI));
  }

  private void tickForTwoSeconds(Engine engine) {
    for (int tick = 0; tick < 8; tick++) {
      nanos += SECOND / 4;
      engine.tick();
    }
  }

  private static PressureChange change(
      PressureLevel level, PressureLevel before, long used, Cause cause) {
    return new PressureChange("root", level, before, used, 1000, cause);
  }
}
