package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DemoCommandTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          --bogus         , Unknown option: '--bogus'
          --for soon      , `Invalid value for option '--for': 'soon' is no duration; write for example 60s, 5m or 1h`
          --for 0s        , the duration must be positive
          --port x        , Invalid value for option '--port': 'x' is not an int
          --port 65536    , `a port is a number from 0 to 65535, not 65536`
          --limit much    , Invalid value for option '--limit': 'much' is no size of memory; write for example 64m or 1g
          --limit 1k      , the limit of a database must be 1 MiB or more
          --seed x        , Invalid value for option '--seed': 'x' is not a long
          """)
  void wrongUsageIsOneLineThatSaysWhatToDo(String options, String message) {
    String[] line = ("demo " + options).split(" ");
    assertThat(commandLine.execute(line)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err).hasToString("rmm: " + message + "; see 'rmm demo --help'%n".formatted());
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void whatCannotRunIsOneLineToo() {
    Path recording = folder.resolve("none").resolve("demo.jfr");
    assertThat(commandLine.execute("demo", "--record", recording.toString()))
        .isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(err)
        .hasToString(
            "rmm: cannot write the recording %s: there is no folder %s; choose another file with --record%n"
                .formatted(recording, recording.getParent()));
  }

  @Test
  void aRunEndsWellWhenItsTimeIsOver() {
    Path recording = folder.resolve("demo.jfr");
    assertThat(
            commandLine.execute(
                "demo", "--for", "10ms", "--port", "0", "--quiet-load", "--record", "" + recording))
        .isEqualTo(CommandLine.ExitCode.OK);
    assertThat(out.toString()).contains("./rmm report " + recording);
    assertThat(recording).isNotEmptyFile();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which knows no SIGTERM
  void aSignalEndsARunInOrder() throws Exception {
    Path recording = folder.resolve("demo.jfr");
    Path output = folder.resolve("output");
    Process demo = start(recording, output);
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(Files.readString(output)).contains("tenant"));
      demo.destroy();
      assertThat(demo.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(demo.exitValue()).as(Files.readString(output)).isZero();
      assertThat(Files.readString(output)).contains("Recording: " + recording);
      assertThat(recording).isNotEmptyFile();
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).containsExactlyInAnyOrder(recording, output);
      }
    } finally {
      demo.destroyForcibly();
    }
  }

  private static Process start(Path recording, Path output) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Rmm.class.getName(),
            "demo",
            "--port",
            "0",
            "--quiet-load",
            "--record",
            recording.toString())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}
