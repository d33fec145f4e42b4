package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.program.ArenaProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Shared arenas that are opened and closed often, and seldom: by two programs at a time. */
class SharedArenaTest {

  /** Longer than an episode has to go on, with the time that the agent takes to look at it. */
  private static final String SECONDS = "20";

  private static Process often;
  private static Process seldom;

  @BeforeAll
  static void start() throws IOException {
    often = start("20000");
    seldom = start("10");
  }

  @AfterAll
  static void end() {
    often.destroyForcibly();
    seldom.destroyForcibly();
  }

  @Test
  void aProgramThatOpensTwentyThousandASecondIsTold() throws Exception {
    List<String> lines = lines(often);
    assertThat(lines)
        .filteredOn(line -> line.startsWith("ARENA_CHURN: "))
        .singleElement()
        .asString()
        .containsPattern("\\d shared arenas a second were closed over 10 seconds")
        .contains("io.rmm.program.ArenaProgram.openAndClose(ArenaProgram.java:");
  }

  @Test
  void aProgramThatOpensTenASecondIsNot() throws Exception {
    List<String> lines = lines(seldom);
    assertThat(lines).hasSize(2).last().isEqualTo("end");
  }

  private static Process start(String rate) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            AgentJvm.withAgent(""),
            "-cp",
            System.getProperty("java.class.path"),
            ArenaProgram.class.getName(),
            rate,
            SECONDS)
        .redirectErrorStream(true)
        .start();
  }

  private static List<String> lines(Process process) throws InterruptedException {
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return lines;
  }
}
