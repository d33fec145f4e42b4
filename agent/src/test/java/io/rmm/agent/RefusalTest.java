package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rmm.program.MemoryProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the agent refuses, with one line, while the program runs on. */
class RefusalTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "colour=red|there is no option 'colour'; there are limit, micrometer, opentelemetry, otlp, sampleInterval",
        "limit|the option 'limit' needs a value, as in 512m",
        "limit=much|the option 'limit' is a number of bytes, as in 512m, not 'much'",
        "limit=|the option 'limit' needs a value, as in 512m",
        "limit=-1|the option 'limit' is 1 to 2^50 bytes",
        "limit=9999999t|the option 'limit' is 1 to 2^50 bytes",
        "sampleInterval=0|the option 'sampleInterval' is 1 to 2^50 bytes",
        "otlp|the option 'otlp' needs a value, as in http://127.0.0.1:4318",
        "otlp=host:4318|the option 'otlp' is an address, as in http://127.0.0.1:4318, or env, not 'host:4318'",
        "micrometer=yes|the option 'micrometer' is true or false, not 'yes'",
      })
  void optionsThatAreWrong(String options, String reason) throws Exception {
    try (AgentJvm jvm = AgentJvm.start(MemoryProgram.class, AgentJvm.withAgent(options))) {
      assertThat(jvm.line()).isEqualTo("rmm-agent: not started: " + reason);
      assertThat(jvm.ask("used")).isEqualTo("no bean");
      assertThat(jvm.ask("take arena.shared first 1000")).isEqualTo("took");
      assertThat(jvm.end()).isEmpty();
      assertThat(jvm.exitCode()).isZero();
    }
  }

  @Test
  void aSecondAgent() throws Exception {
    try (AgentJvm jvm =
        AgentJvm.start(
            MemoryProgram.class, AgentJvm.withAgent(""), AgentJvm.withAgent("limit=1m"))) {
      assertThat(jvm.line()).isEqualTo("rmm-agent: not started: it runs in this process already");
      assertThat(jvm.ask("take arena.shared first 3000000")).as("no limit").isEqualTo("took");
    }
  }

  @Test
  void anOlderJvm() throws Exception {
    Path old = olderJava();
    Process process =
        new ProcessBuilder(old.toString(), AgentJvm.withAgent(""), "-version")
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .startsWith("rmm-agent: not started: it needs Java 25 or newer, and this is ")
        .contains("Runtime Environment");
    assertThat(process.waitFor()).isZero();
  }

  private static Path olderJava() throws Exception {
    Path jvms = Path.of("/usr/lib/jvm");
    assumeThat(jvms).as("where JDKs are").isDirectory();
    try (Stream<Path> found = Files.list(jvms)) {
      List<Path> old =
          found
              .filter(folder -> folder.getFileName().toString().matches(".*(17|21).*"))
              .map(folder -> folder.resolve("bin/java"))
              .filter(Files::isExecutable)
              .toList();
      assumeThat(old).as("an older JVM").isNotEmpty();
      return old.getFirst();
    }
  }
}
