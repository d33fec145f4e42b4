package io.rmm.agent.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.agent.AgentJvm;
import io.rmm.program.MemoryProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Beside the OpenTelemetry agent, whichever of both comes first. */
@Tag("programs")
class OpenTelemetryTest {

  private static final Duration LOAD = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final List<String> KINDS =
      List.of("direct", "arena.confined", "arena.shared", "unsafe", "mapped", "malloc");

  private static final String STARTED = "opentelemetry-javaagent - version: 2.33.1";

  /** What the other agent writes of a request. */
  private static final Pattern SPAN = Pattern.compile("'GET' : \\w{32} \\w{16} SERVER");

  /** Which agent stands first in the command. */
  enum Order {
    RMM_FIRST,
    OPENTELEMETRY_FIRST;

    Launch launch() throws IOException, InterruptedException {
      String[] other = {
        "-javaagent:" + jar(),
        // It writes what it would send, so that its own work is seen.
        "-Dotel.traces.exporter=console",
        "-Dotel.metrics.exporter=none",
        "-Dotel.logs.exporter=none",
      };
      return this == RMM_FIRST
          ? Launch.withAgent().and(other)
          : Launch.plain().and(other).and(Launch.withAgent().options().toArray(new String[0]));
    }
  }

  private static Path jar() throws IOException, InterruptedException {
    try (Stream<Path> jars = Files.list(Fetched.jars("opentelemetry"))) {
      return jars.findFirst().orElseThrow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothWorkInAServerUnderLoad(Order order) throws Exception {
    Workload workload = Programs.named("netty-unpooled");
    try (ProgramJvm program = workload.start(order.launch());
        Answers answers = Answers.of(program)) {
      Work work = workload.load(program, LOAD);
      System.out.printf("%s: %,.0f requests a second%n", order, work.rate());
      assertThat(answers.taken()).containsKey("malloc");
      assertThat(answers.misuses()).isZero();
      // Of some 100,000 lines, which a failed assertion need not show.
      assertThat(program.output().contains(STARTED)).isTrue();
      assertThat(SPAN.matcher(program.output()).find()).isTrue();
      assertThat(program.harm()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void countersAreExact(Order order) throws Exception {
    List<String> options = new ArrayList<>(order.launch().options());
    // The program's lines alone are answers.
    options.addAll(List.of("-Dotel.javaagent.logging=none", "-XX:-PrintWarnings"));
    try (AgentJvm jvm = AgentJvm.start(MemoryProgram.class, options.toArray(new String[0]))) {
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(jvm.ask("used")).matches("\\d+"));
      for (String kind : KINDS) {
        long before = Long.parseLong(jvm.ask("used " + kind));
        assertThat(jvm.ask("take " + kind + " first 1000008")).isEqualTo("took");
        assertThat(jvm.ask("take " + kind + " second 24")).isEqualTo("took");
        awaitUsed(jvm, kind, before + 1_000_032);
        assertThat(jvm.ask("give first")).isEqualTo("gave");
        awaitUsed(jvm, kind, before + 24);
      }
      String left = jvm.ask("many 60000");
      awaitUsed(jvm, "unsafe", 24 + Long.parseLong(left));
      assertThat(jvm.ask("attribute MemoryManager Misuses")).isEqualTo("0");
    }
  }

  private static void awaitUsed(AgentJvm jvm, String kind, long bytes) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(jvm.ask("used " + kind)).isEqualTo("" + bytes));
  }
}
