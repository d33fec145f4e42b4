package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.program.StackEndProgram;
import io.rmm.program.UnusualProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that take memory at times and places that an agent easily forgets. */
class UnusualProgramTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static AgentJvm start() throws IOException {
    return start("", "-Xlog:disable");
  }

  private static AgentJvm start(String agent, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.add(AgentJvm.withAgent(agent));
    AgentJvm jvm = AgentJvm.start(UnusualProgram.class, all.toArray(String[]::new));
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(jvm.ask("used")).matches("\\d+"));
    return jvm;
  }

  private static void awaitUsed(AgentJvm jvm, String kind, String bytes) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(jvm.ask("used " + kind)).isEqualTo(bytes));
  }

  /** More than have counters of their own, and far more than there ever are places for. */
  @ParameterizedTest
  @CsvSource({"virtual, 100000", "together, 6000", "inTurn, 10000"})
  void threadsInCrowdsAreCountedToTheByte(String how, int count) throws Exception {
    try (AgentJvm jvm = start()) {
      String left = jvm.ask("crowd " + how + " " + count);
      awaitUsed(jvm, "unsafe", left);
    }
  }

  @Test
  void whatACleanerTakesIsCounted() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("clean 12344")).isEqualTo("cleaned");
      awaitUsed(jvm, "arena.shared", "12344");
      awaitUsed(jvm, "arena.confined", "0");
    }
  }

  @Test
  void whatIsTakenWhileTheProcessEndsIsCounted() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("atEnd 54320")).isEqualTo("hooked");
      assertThat(jvm.end()).isEqualTo("at the end: 54320\n");
      assertThat(jvm.exitCode()).isZero();
    }
  }

  @Test
  void recordingsComeAndGoUnderLoad() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("record 30")).isEqualTo("recorded under load");
      awaitUsed(jvm, "arena.shared", "0");
      awaitUsed(jvm, "direct", "0");
    }
  }

  /** The JDK frees it then; its own count of direct buffers is right. */
  @Test
  void aBufferForWhoseObjectsThereIsNoRoomIsNotCounted() throws Exception {
    try (AgentJvm jvm =
        start(
            "limit=20m",
            "-Xlog:disable",
            "-Xmx12m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:+UseSerialGC",
            "-XX:-UseTLAB")) {
      String refused = jvm.ask("fullHeap 60");
      while (!refused.matches("\\d+")) {
        refused = jvm.line(); // threads of the JVM's and of the agent's have no room either
      }
      assertThat(Integer.parseInt(refused)).isGreaterThan(10);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(jvm.ask("forget buffers")).isEqualTo("forgot");
                assertThat(jvm.ask("used direct")).isEqualTo(jvm.ask("pool direct"));
              });
      assertThat(jvm.ask("take direct rest 20965000")).as("all that is allowed").isEqualTo("took");
    }
  }

  /**
   * The JDK frees a buffer's memory itself then, and whoever frees it once more ends the process.
   */
  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1"})
  void buffersThatAreTakenAtTheEndOfTheStackAreFreedOnce(String compiler) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                compiler,
                "-XX:-CreateCoredumpOnCrash",
                AgentJvm.withAgent("sampleInterval=64k"),
                "-cp",
                System.getProperty("java.class.path"),
                StackEndProgram.class.getName())
            .redirectErrorStream(true);
    // So that memory is unmapped when it is freed, and a second free does not go unseen.
    builder.environment().put("MALLOC_MMAP_THRESHOLD_", "65536");
    Process process = builder.start();
    String output = process.inputReader().readAllAsString();
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("overflows: true");
  }

  /** A log manager that is chosen after the JDK has chosen one is what some servers die of. */
  @Test
  void theProgramMayStillChooseItsLogManager() throws Exception {
    try (AgentJvm jvm =
        AgentJvm.start(UnusualProgram.class, AgentJvm.withAgent(""), "-Xlog:disable")) {
      // Long enough for the agent to have shown all that does not wait for the program.
      assertThat(jvm.ask("crowd inTurn 2000")).matches("\\d+");
      assertThat(jvm.ask("logging")).isEqualTo("ChosenLogManager");
    }
  }

  @Test
  void aRuntimeThatLacksModulesRunsTheProgram(@TempDir Path folder) throws Exception {
    Path runtime = folder.resolve("runtime");
    run(
        Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
        "--add-modules",
        "java.base,java.instrument",
        "--output",
        runtime.toString());
    Path source = folder.resolve("Program.java");
    Files.writeString(
        source,
        """
        public class Program {
          public static void main(String[] args) throws Exception {
            try (var arena = java.lang.foreign.Arena.ofShared()) {
              arena.allocate(1000);
            }
            Thread.sleep(1000);
            System.out.println("done");
          }
        }
        """);
    run(Path.of(System.getProperty("java.home"), "bin", "javac").toString(), source.toString());
    String said =
        run(
            runtime.resolve("bin/java").toString(),
            AgentJvm.withAgent(""),
            "-cp",
            folder.toString(),
            "Program");
    assertThat(said.lines())
        .containsExactlyInAnyOrder(
            "done",
            "rmm-agent: memory is not shown in Flight Recorder: this runtime has no module jdk.jfr",
            "rmm-agent: memory is not shown in JMX: this runtime has no module java.management");
  }

  private static String run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
