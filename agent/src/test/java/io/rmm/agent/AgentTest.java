package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.program.MemoryProgram;
import io.rmm.program.TelemetryProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs of which the agent counts the memory. */
class AgentTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static AgentJvm start(String options) throws Exception {
    AgentJvm jvm = AgentJvm.start(MemoryProgram.class, AgentJvm.withAgent(options));
    awaitBeans(jvm);
    return jvm;
  }

  /** They come a moment after the program has begun. */
  private static void awaitBeans(AgentJvm jvm) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(jvm.ask("used")).matches("\\d+"));
  }

  /** Beans share what they read for a while. */
  private static void awaitUsed(AgentJvm jvm, String kind, long bytes) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(jvm.ask("used " + kind)).isEqualTo("" + bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "arena.confined", "arena.shared", "unsafe", "mapped", "malloc"})
  void whatIsTakenAndGivenBackIsCountedToTheByte(String kind) throws Exception {
    try (AgentJvm jvm = start("")) {
      long before = Long.parseLong(jvm.ask("used " + kind));
      assertThat(jvm.ask("take " + kind + " first 1000008")).isEqualTo("took");
      assertThat(jvm.ask("take " + kind + " second 24")).isEqualTo("took");
      awaitUsed(jvm, kind, before + 1_000_032);
      assertThat(jvm.ask("give first")).isEqualTo("gave");
      awaitUsed(jvm, kind, before + 24);
      assertThat(jvm.ask("give second")).isEqualTo("gave");
      awaitUsed(jvm, kind, before);
    }
  }

  @Test
  void manyThreadsThatFreeEachOthersMemoryAreCountedToTheByte() throws Exception {
    try (AgentJvm jvm = start("")) {
      String left = jvm.ask("many 60000");
      awaitUsed(jvm, "unsafe", Long.parseLong(left));
      assertThat(jvm.ask("attribute MemoryManager Misuses")).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"arena.auto", "arena.global"})
  void arenasThatNobodyClosesAreCounted(String kind) throws Exception {
    try (AgentJvm jvm = start("")) {
      assertThat(jvm.ask("take " + kind + " first 1000008")).isEqualTo("took");
      awaitUsed(jvm, kind, 1_000_008);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"direct", "arena.confined", "arena.shared", "arena.auto", "unsafe", "malloc"})
  void whatIsHeldIsToldBySite(String kind) throws Exception {
    try (AgentJvm jvm = start("sampleInterval=1k")) {
      // Sampling begins with the beans.
      assertThat(jvm.ask("take " + kind + " first 3000000")).isEqualTo("took");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(jvm.ask("sites")).contains("MemoryProgram.take", "3000000"));
    }
  }

  @Test
  void anArenaThatNobodyCanCloseIsTold() throws Exception {
    try (AgentJvm jvm = start("sampleInterval=1k")) {
      assertThat(jvm.ask("take arena.shared lost 3000000")).isEqualTo("took");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                if (jvm.ask("attribute Leaks SuspectCount").equals("0")) {
                  assertThat(jvm.ask("take arena.shared other 8")).isEqualTo("took");
                  assertThat(jvm.ask("take arena.shared lost 8")).isEqualTo("took");
                  assertThat(jvm.ask("forget lost")).isEqualTo("forgot");
                }
                assertThat(jvm.ask("attribute Leaks SuspectBytes")).isEqualTo("3000000");
              });
    }
  }

  @Test
  void aSecondFreeThroughUnsafeIsReportedAndTheProcessLives() throws Exception {
    try (AgentJvm jvm = start("")) {
      assertThat(jvm.ask("take unsafe first 1000")).isEqualTo("took");
      assertThat(jvm.ask("giveTwice first")).isEqualTo("gave");
      awaitUsed(jvm, "unsafe", 0);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(jvm.ask("attribute MemoryManager Misuses")).isEqualTo("1"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "arena.confined", "unsafe"})
  void theLimitIsOneForAllKindsAndNamesWhoHoldsTheMost(String kind) throws Exception {
    try (AgentJvm jvm = start("limit=100m,sampleInterval=1k")) {
      assertThat(jvm.ask("take arena.shared first 90000000")).isEqualTo("took");
      assertThat(jvm.ask("take " + kind + " second 20000000"))
          .startsWith("refused: Cannot take 20000000 bytes of off-heap memory")
          .contains("limit: 104857600")
          .contains("MemoryProgram.take");
      assertThat(jvm.ask("take " + kind + " second 5000000")).isEqualTo("took");
      assertThat(jvm.ask("give first")).isEqualTo("gave");
      assertThat(jvm.ask("take " + kind + " third 20000000")).isEqualTo("took");
      awaitUsed(jvm, "arena.shared", 0);
      assertThat(jvm.ask("attribute MemoryManager Rejections")).isEqualTo("1");
    }
  }

  @Test
  void aLateAgentCountsWhatIsTakenFromThenOn() throws Exception {
    try (AgentJvm jvm = AgentJvm.start(MemoryProgram.class)) {
      for (String kind : new String[] {"direct", "arena.shared", "unsafe", "mapped"}) {
        assertThat(jvm.ask("take " + kind + " old" + kind + " 1000000")).isEqualTo("took");
      }
      jvm.attach("");
      awaitBeans(jvm);
      for (String kind : new String[] {"direct", "arena.shared", "unsafe", "mapped"}) {
        long before = Long.parseLong(jvm.ask("used " + kind));
        assertThat(jvm.ask("take " + kind + " new" + kind + " 2000000")).isEqualTo("took");
        awaitUsed(jvm, kind, before + 2_000_000);
        assertThat(jvm.ask("give old" + kind)).isEqualTo("gave");
        assertThat(jvm.ask("take " + kind + " small 24")).isEqualTo("took");
        awaitUsed(jvm, kind, before + 2_000_024);
      }
      assertThat(jvm.ask("attribute MemoryManager Misuses")).isEqualTo("0");
    }
  }

  @Test
  void anAgentThatIsStoppedLeavesTheProgramAlone() throws Exception {
    try (AgentJvm jvm = start("")) {
      for (String kind : new String[] {"direct", "arena.shared", "unsafe"}) {
        assertThat(jvm.ask("take " + kind + " " + kind + " 1000000")).isEqualTo("took");
      }
      assertThat(jvm.ask("take arena.shared held 1000000")).isEqualTo("took");
      assertThat(jvm.ask("take arena.shared kept 5000000")).isEqualTo("took");
      jvm.attach("stop");
      assertThat(jvm.ask("used")).isEqualTo("no bean");
      for (String kind : new String[] {"direct", "arena.shared", "unsafe"}) {
        assertThat(jvm.ask("give " + kind)).isEqualTo("gave");
        assertThat(jvm.ask("take " + kind + " " + kind + " 1000")).isEqualTo("took");
        assertThat(jvm.ask("give " + kind)).isEqualTo("gave");
      }
      assertThat(jvm.ask("give held")).isEqualTo("gave");
      jvm.attach("limit=10m");
      awaitBeans(jvm);
      assertThat(jvm.ask("take arena.shared again 1000")).isEqualTo("took");
      awaitUsed(jvm, "arena.shared", 5_001_000);
      assertThat(jvm.ask("take direct more 6000000")).startsWith("refused: ");
      assertThat(jvm.ask("give kept")).isEqualTo("gave");
      assertThat(jvm.ask("take direct more 6000000")).isEqualTo("took");
    }
  }

  /** The C library gives the same address again, at once as a rule. */
  @Test
  void whatIsTakenWhileNoAgentIsThereIsNoMisuseLater() throws Exception {
    try (AgentJvm jvm = start("")) {
      for (int i = 0; i < 100; i++) {
        assertThat(jvm.ask("take unsafe " + i + " 1000")).isEqualTo("took");
      }
      for (int i = 0; i < 100; i++) {
        assertThat(jvm.ask("give " + i)).isEqualTo("gave");
      }
      jvm.attach("stop");
      for (int i = 0; i < 100; i++) {
        assertThat(jvm.ask("take unsafe " + i + " 1000")).isEqualTo("took");
      }
      jvm.attach("");
      awaitBeans(jvm);
      for (int i = 0; i < 100; i++) {
        assertThat(jvm.ask("give " + i)).isEqualTo("gave");
      }
      assertThat(jvm.ask("take unsafe last 24")).isEqualTo("took");
      awaitUsed(jvm, "unsafe", 24);
      assertThat(jvm.ask("attribute MemoryManager Misuses")).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unsafe", "mapped", "malloc"})
  void whatIsGivenBackWhileNoAgentIsThereIsNotHeldLater(String kind) throws Exception {
    try (AgentJvm jvm = start("")) {
      long before = Long.parseLong(jvm.ask("used " + kind));
      assertThat(jvm.ask("take " + kind + " first 100000000")).isEqualTo("took");
      awaitUsed(jvm, kind, before + 100_000_000);
      jvm.attach("stop");
      assertThat(jvm.ask("give first")).isEqualTo("gave");
      jvm.attach("limit=110m");
      awaitBeans(jvm);
      assertThat(jvm.ask("take direct second 20000000")).isEqualTo("took");
      awaitUsed(jvm, "direct", 20_000_000);
      awaitUsed(jvm, kind, 0);
    }
  }

  /** Handles that the program has linked are still the agent's then. */
  @Test
  void whatCFunctionsTakeWhileNoAgentIsThereIsNotCounted() throws Exception {
    try (AgentJvm jvm = start("")) {
      assertThat(jvm.ask("take malloc first 1000")).isEqualTo("took");
      jvm.attach("stop");
      assertThat(jvm.ask("take malloc second 200")).isEqualTo("took");
      jvm.attach("");
      awaitBeans(jvm);
      assertThat(jvm.ask("take malloc third 24")).isEqualTo("took");
      awaitUsed(jvm, "malloc", 24);
      assertThat(jvm.ask("give first")).isEqualTo("gave");
      assertThat(jvm.ask("give second")).isEqualTo("gave");
      awaitUsed(jvm, "malloc", 24);
      assertThat(jvm.ask("give third")).isEqualTo("gave");
      awaitUsed(jvm, "malloc", 0);
    }
  }

  @Test
  void whatNobodyHoldsAnyMoreMakesRoomBelowTheLimit() throws Exception {
    try (AgentJvm jvm = start("limit=16m")) {
      assertThat(jvm.ask("drop 100 1000000")).isEqualTo("dropped");
    }
  }

  @Test
  void aBlockMayBeResizedWithinTheLimit() throws Exception {
    try (AgentJvm jvm = start("limit=10m")) {
      assertThat(jvm.ask("resize 6000000 5000000")).isEqualTo("resized");
      assertThat(jvm.ask("resize 6000000 7000000")).isEqualTo("resized");
      assertThat(jvm.ask("resize 6000000 17000000")).startsWith("refused: ");
    }
  }

  @Test
  void aRefusalLeavesTheLimitOfTheJdkAlone() throws Exception {
    try (AgentJvm jvm = start("limit=10m")) {
      long before = Long.parseLong(jvm.ask("pool direct"));
      assertThat(jvm.ask("take arena.auto first 11000000")).startsWith("refused: ");
      assertThat(jvm.ask("take direct second 11000000")).startsWith("refused: ");
      assertThat(jvm.ask("pool direct")).isEqualTo("" + before);
    }
  }

  @Test
  void memoryOfTheGlobalArenaIsNoLeak() throws Exception {
    try (AgentJvm jvm = start("sampleInterval=1")) {
      for (int i = 0; i < 20; i++) {
        assertThat(jvm.ask("take arena.global " + i + " 10000")).isEqualTo("took");
      }
      assertThat(jvm.ask("take arena.shared forgotten 10000")).isEqualTo("took");
      assertThat(jvm.ask("forget forgotten")).isEqualTo("forgot");
      // When that is found, all that the collector has found before is.
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(jvm.ask("attribute Leaks SuspectCount")).isEqualTo("1"));
    }
  }

  @Test
  void whatIsSampledIsInARecordingWithItsSite() throws Exception {
    Path recording = Files.createTempFile("agent", ".jfr");
    try (AgentJvm jvm =
        AgentJvm.start(
            MemoryProgram.class,
            AgentJvm.withAgent("sampleInterval=1k"),
            "-Xlog:disable",
            "-XX:StartFlightRecording")) {
      awaitBeans(jvm);
      assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(jvm.ask("dump " + recording)).isEqualTo("dumped");
                assertThat(samples(recording))
                    .anySatisfy(
                        event -> {
                          assertThat(event.getString("manager")).isEqualTo("jvm");
                          assertThat(event.getString("budget")).isEqualTo("root/arena.shared");
                          assertThat(event.getLong("requestedSize")).isEqualTo(3_000_000);
                          assertThat(event.getString("site")).contains("MemoryProgram.take");
                        });
              });
    } finally {
      Files.delete(recording);
    }
  }

  @Test
  void anAgentThatIsStoppedIsCollectedAndWhatItRecordedStays() throws Exception {
    Path recording = Files.createTempFile("agent", ".jfr");
    try (AgentJvm jvm =
        AgentJvm.start(
            TelemetryProgram.class,
            AgentJvm.withAgent("sampleInterval=1k"),
            "-Xlog:disable",
            "-XX:StartFlightRecording")) {
      awaitBeans(jvm);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(jvm.ask("take arena.shared first 3000000")).isEqualTo("took");
                assertThat(jvm.ask("give first")).isEqualTo("gave");
                assertThat(jvm.ask("dump " + recording)).isEqualTo("dumped");
                assertThat(samples(recording)).isNotEmpty();
              });
      jvm.attach("stop");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(jvm.ask("instances io.rmm.agent.entry.AgentClassLoader"))
                      .isEqualTo("0"));
      assertThat(jvm.ask("dump " + recording)).isEqualTo("dumped");
      assertThat(samples(recording)).isNotEmpty();
      jvm.attach("");
      awaitBeans(jvm);
      assertThat(jvm.ask("take arena.shared again 2000000")).isEqualTo("took");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(jvm.ask("dump " + recording)).isEqualTo("dumped");
                assertThat(samples(recording))
                    .anyMatch(event -> event.getLong("requestedSize") == 2_000_000);
              });
    } finally {
      Files.delete(recording);
    }
  }

  private static List<RecordedEvent> samples(Path recording) throws IOException {
    return RecordingFile.readAllEvents(recording).stream()
        .filter(event -> event.getEventType().getName().equals("rmm.AllocationSample"))
        .toList();
  }

  @Test
  void hooksSurviveAnotherAgentThatTransformsTheSameClassesLater() throws Exception {
    try (AgentJvm jvm =
        AgentJvm.start(
            MemoryProgram.class,
            AgentJvm.withAgent(""),
            "-javaagent:" + RetransformingAgent.jar())) {
      assertThat(jvm.line())
          .startsWith("rmm-agent: another agent has transformed classes with hooks");
      awaitBeans(jvm);
      assertThat(jvm.ask("take unsafe first 1000")).isEqualTo("took");
      assertThat(jvm.ask("take arena.shared second 2000")).isEqualTo("took");
      awaitUsed(jvm, "unsafe", 1_000);
      awaitUsed(jvm, "arena.shared", 2_000);
    }
  }
}
