package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.program.MallocProgram;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program takes from {@code malloc} by downcalls, in the ledger of its process. */
@EnabledOnOs(OS.LINUX)
class MallocLedgerTest {

  /** The ledger rests for a hundred times what a sample takes of a processor. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final long MIB = 1L << 20;

  /** More than the JVM itself takes and frees meanwhile. */
  private static final long ROOM = 16 * MIB;

  private static AgentJvm start(String option) throws IOException {
    return AgentJvm.start(MallocProgram.class, AgentJvm.withAgent(""), option);
  }

  private static void awaitLedger(AgentJvm jvm) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(jvm.ask("explained")).matches("[1-9]\\d*"));
  }

  private static long resident(AgentJvm jvm, String line) throws IOException {
    return Long.parseLong(jvm.ask("ledger " + line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:NativeMemoryTracking=summary", "-XX:NativeMemoryTracking=off"})
  void whatIsTouchedIsExplainedAndWhatIsNotIsNotResident(String tracking) throws Exception {
    try (AgentJvm jvm = start(tracking)) {
      awaitLedger(jvm);
      long unexplained = resident(jvm, "unexplained");
      assertThat(jvm.ask("take 67108864 1")).isEqualTo("took");
      assertThat(jvm.ask("take 2000 16384")).isEqualTo("took");
      assertThat(jvm.ask("reserve 536870912")).isEqualTo("took");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(resident(jvm, "downcalls")).isBetween(94 * MIB, 97 * MIB));
      assertThat(resident(jvm, "unexplained")).isLessThan(unexplained + ROOM);
      assertThat(jvm.ask("give")).isEqualTo("gave");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(resident(jvm, "downcalls")).isLessThan(MIB));
    }
  }

  /** The C library cannot give back what lies below a piece that is still held. */
  @Test
  void whatTheCLibraryKeepsOfFreedMemoryIsTold() throws Exception {
    try (AgentJvm jvm = start("-XX:NativeMemoryTracking=summary")) {
      assertThat(jvm.ask("take 2000 33554")).isEqualTo("took");
      assertThat(jvm.ask("give")).isEqualTo("gave");
      awaitLedger(jvm);
      assertThat(resident(jvm, "downcalls")).isLessThan(MIB);
      assertThat(resident(jvm, "free in malloc")).isGreaterThan(60 * MIB);
      assertThat(resident(jvm, "unexplained")).isLessThan(ROOM);
    }
  }
}
