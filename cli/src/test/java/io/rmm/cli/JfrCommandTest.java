package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

@EnabledOnOs(OS.LINUX) // as TargetJvm
class JfrCommandTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void recordsDumpsAndStops() throws Exception {
    Path dump = folder.resolve("dump.jfr");
    Path rest = folder.resolve("rest.jfr");
    try (TargetJvm jvm = TargetJvm.start(0)) {
      succeeds(jvm, "check");
      assertThat(said()).isEqualTo("Process %s has no recording.%n".formatted(jvm.pid()));

      succeeds(jvm, "start");
      assertThat(said()).contains("records 'rmm' with default.jfc and rmm.jfc");
      succeeds(jvm);
      assertThat(said()).matches(" +\\d+  rmm +running .*\\R");

      succeeds(jvm, "dump", "-o", dump.toString());
      assertThat(said()).contains("Recording: " + dump);
      assertThat(types(dump)).contains("rmm.Configuration", "jdk.JVMInformation");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dump)))
          .isEqualTo("rw-------");

      succeeds(jvm, "stop", "-o", rest.toString());
      assertThat(said()).contains("no longer records 'rmm'");
      // What was dumped is there still: a dump takes nothing away.
      assertThat(types(rest)).contains("rmm.Configuration", "rmm.AllocationSample");
      succeeds(jvm);
      assertThat(said()).contains("has no recording");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(dump, rest);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "default, rmm.AllocationSample, rmm.Allocation",
    "profile, rmm.AllocationSample, rmm.Allocation",
    "leak, rmm.Allocation, jdk.Nothing",
    "only, rmm.AllocationSample, jdk.JVMInformation"
  })
  void settingsDecideWhatIsRecorded(String settings, String there, String missing)
      throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (TargetJvm jvm = TargetJvm.start(0)) {
      succeeds(jvm, "start", "--settings", settings, "--name", "test");
      // One allocation in 64 is recorded under "leak", of a thousand a second.
      await()
          .untilAsserted(
              () -> {
                succeeds(jvm, "dump", "--name", "test", "-f", "-o", file.toString());
                assertThat(types(file)).contains(there).doesNotContain(missing);
              });
    }
  }

  @Test
  void aSecondRecordingOfTheSameNameIsRefused() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0)) {
      succeeds(jvm, "start");
      assertThat(execute(jvm, "start")).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err.toString()).contains("has a recording 'rmm' already");
      succeeds(jvm, "start", "--name", "other");
    }
  }

  @Test
  void aRecordingThatIsNotThereIsSaidNotToBe() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0)) {
      assertThat(execute(jvm, "dump")).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err.toString()).contains("'rmm jfr " + jvm.pid() + " start' begins one");
    }
  }

  @Test
  void aFileThatIsThereIsNotWrittenOver() throws Exception {
    Path file = Files.writeString(folder.resolve("mine"), "mine");
    try (TargetJvm jvm = TargetJvm.start(0)) {
      succeeds(jvm, "start");
      assertThat(execute(jvm, "dump", "-o", file.toString())).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err.toString()).contains("is there already: give another path, or --force");
      assertThat(file).hasContent("mine");

      Path nowhere = folder.resolve("none").resolve("file");
      assertThat(execute(jvm, "stop", "-o", nowhere.toString())).isEqualTo(ExitCode.SOFTWARE);
      // It could not be written, so it is kept.
      succeeds(jvm, "stop", "-f", "-o", file.toString());
      assertThat(types(file)).contains("rmm.Configuration");
    }
  }

  @Test
  void aJvmWithoutRmmIsRecordedWithAWarning() throws Exception {
    try (TargetJvm jvm = TargetJvm.startWithoutViews()) {
      assertThat(execute(jvm, "start")).isZero();
      assertThat(err.toString()).contains("shows no memory manager");
    }
  }

  @Test
  void aRuntimeWithoutFlightRecorderIsSaidToHaveNone() throws Exception {
    try (TargetJvm jvm =
        TargetJvm.start(0, "--limit-modules=java.management.rmi,jdk.management.agent")) {
      assertThat(execute(jvm, "start")).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err.toString()).contains("is without the module jdk.management.jfr");
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          bogus              , `Invalid value for positional parameter at index 1 (ACTION): expected one of [START, DUMP, STOP, CHECK] (case-insensitive) but was 'bogus'`
          dump --for 2s      , `--settings, --for, --max-age and --max-size are for start`
          start --for 10ms   , --for and --max-age must be 1s or more
          start --max-size 1k, --max-size must be 1m or more
          start -o x         , --output and --force are for dump and stop
          dump --discard     , --discard is for stop without --output
          check --name=      , --name must not be blank
          """)
  void wrongUsageIsOneLineThatSaysWhatToDo(String arguments, String message) {
    List<String> line = new ArrayList<>(List.of("jfr", "1"));
    line.addAll(Arrays.asList(arguments.split(" ")));
    assertThat(commandLine.execute(line.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
    assertThat(err).hasToString("rmm: " + message + "; see 'rmm jfr --help'%n".formatted());
  }

  private void succeeds(TargetJvm jvm, String... arguments) {
    assertThat(execute(jvm, arguments)).as("%s", err).isZero();
    assertThat(err.toString()).isEmpty();
  }

  private int execute(TargetJvm jvm, String... arguments) {
    List<String> line = new ArrayList<>(List.of("jfr", jvm.pid()));
    line.addAll(List.of(arguments));
    err.getBuffer().setLength(0);
    return commandLine.execute(line.toArray(String[]::new));
  }

  /** Returns what was written since it was asked the last time. */
  private String said() {
    String said = out.toString();
    out.getBuffer().setLength(0);
    return said;
  }

  private static Set<String> types(Path recording) throws Exception {
    return RecordingFile.readAllEvents(recording).stream()
        .map(RecordedEvent::getEventType)
        .map(type -> type.getName())
        .collect(Collectors.toSet());
  }
}
