package io.rmm.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.rmm.allocator.Block;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.Site;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class FalseAlarmsTest {

  private final Alarms alarms = new Alarms();

  private static int run(String... arguments) {
    return new CommandLine(new Stress()).execute(arguments);
  }

  private MemoryManager manager() {
    return MemoryManager.builder().listener(alarms).discoverViews(false).build();
  }

  @ParameterizedTest
  @EnumSource(SafetyMode.class)
  void aLoadThatDoesNothingWrongRaisesNone(SafetyMode mode) {
    assertThat(run("false-alarms", "--operations", "4000", "--safety", mode.name())).isZero();
  }

  @Test
  void whatIsNoSettingIsRefusedWithTheUsage() {
    assertThat(run("false-alarms", "--sample-interval", "0")).isEqualTo(2);
    assertThat(run("false-alarms", "--guard-budget", "-1")).isEqualTo(2);
    assertThat(run("false-alarms", "--quarantine", "-1")).isEqualTo(2);
    assertThat(run("false-alarms", "--operations", "3")).isEqualTo(2);
    assertThat(run("false-alarms", "--threads", "0")).isEqualTo(2);
  }

  @Test
  void aMisuseIsAnAlarm() {
    try (MemoryManager manager = manager()) {
      Block block = manager.allocate(64);
      block.close();
      assertThatNoException().isThrownBy(alarms::check);
      assertThatExceptionOfType(MemoryMisuseException.class).isThrownBy(block::close);
      assertThatExceptionOfType(Violation.class).isThrownBy(alarms::check);
      assertThatExceptionOfType(Violation.class)
          .isThrownBy(() -> Quiet.checkNothingFound(manager.snapshot()));
    }
  }

  @Test
  void whatTheManagerFindsAtItsCloseIsAnAlarm() {
    try (MemoryManager manager = manager()) {
      manager.allocate(64);
      assertThatNoException().isThrownBy(alarms::check);
    }
    assertThatExceptionOfType(Violation.class).isThrownBy(alarms::check);
  }

  @Test
  void aLostBlockIsAnAlarmAndGrowthIsAdvice() {
    alarms.onLeak(suspect(LeakSuspect.GROWTH));
    assertThatNoException().isThrownBy(alarms::check);
    assertThat(alarms).asString().contains("1 times advised of growth");
    alarms.onLeak(suspect(LeakSuspect.UNREACHABLE));
    assertThatExceptionOfType(Violation.class).isThrownBy(alarms::check);
  }

  private static LeakSuspect suspect(String evidence) {
    return new LeakSuspect(1, "root", 64, 64, 0, Site.UNKNOWN, evidence);
  }
}
