package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.JvmConnection;
import io.rmm.cli.attach.RemoteRecorder;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.management.JMX;
import javax.management.ObjectName;
import jdk.management.jfr.FlightRecorderMXBean;
import jdk.management.jfr.RecordingInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** However a dump ends, nothing of it is left in the target. */
@EnabledOnOs(OS.LINUX) // as TargetJvm
class BrokenDumpTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  private TargetJvm target;
  private JvmConnection connection;

  @BeforeEach
  void record() throws Exception {
    target = TargetJvm.start(0);
    connection = JvmConnection.open(Long.parseLong(target.pid()));
    executes("start");
  }

  @AfterEach
  void end() {
    connection.close();
    target.close();
  }

  @Test
  void aDumpThatASignalBreaksOffLeavesNothing() throws Exception {
    for (int attempt = 1; !isBrokenOff(attempt); attempt++) {}
    assertThat(recordings()).containsExactly("rmm");
    assertThat(folder).isEmptyDirectory();
  }

  /** Returns false if a dump ended before its JVM had begun with the signal. */
  private boolean isBrokenOff(int attempt) throws Exception {
    Process dump = dumpThatHasMadeItsCopy();
    try {
      signal(dump, "INT");
      signal(dump, "CONT");
      assertThat(dump.waitFor(1, TimeUnit.MINUTES)).isTrue();
      if (dump.exitValue() == ExitCode.OK && attempt < 5) {
        Files.delete(folder.resolve("dump.jfr"));
        return false;
      }
      assertThat(dump.exitValue()).isEqualTo(ExitCode.SOFTWARE);
      assertThat(dump.inputReader().readAllAsString())
          .isEqualTo("rmm: broken off: nothing was written%n".formatted());
      return true;
    } finally {
      dump.destroyForcibly();
    }
  }

  @Test
  void whatADumpLeavesThatIsKilledTheNextCommandRemoves() throws Exception {
    Process dump = dumpThatHasMadeItsCopy();
    dump.destroyForcibly();
    assertThat(dump.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(recordings()).hasSizeGreaterThan(1);
    executes("check");
    assertThat(recordings()).containsExactly("rmm");
  }

  @Test
  void whatADumpLeavesInATargetThatHangsTheNextCommandRemoves() throws Exception {
    Process dump = dumpThatHasMadeItsCopy();
    try {
      target.signal("STOP");
      signal(dump, "CONT");
      assertThat(dump.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(dump.inputReader().readAllAsString()).contains("is stopped by a signal");
      target.signal("CONT");
      assertThat(recordings()).hasSizeGreaterThan(1);
      executes("check");
      assertThat(recordings()).containsExactly("rmm");
    } finally {
      dump.destroyForcibly();
    }
  }

  @Test
  void aTargetThatHangsForAMomentIsAskedAgainAndKeepsNothing() throws Exception {
    try (JvmConnection other = JvmConnection.open(Long.parseLong(target.pid()))) {
      RemoteRecorder recorder = RemoteRecorder.of(other);
      RecordingInfo rmm = recorder.recordings().getFirst();
      // As after a call that was given up: all calls of this connection fail, others do not.
      assertThatExceptionOfType(AttachException.class)
          .isThrownBy(() -> recorder.copy(rmm, onFirst(() -> giveUp(other)), () -> false))
          .withMessageContaining("is stopped by a signal");
      assertThat(recordings()).containsExactly("rmm");
    }
  }

  private void giveUp(JvmConnection other) throws Exception {
    target.signal("STOP");
    try {
      assertThatExceptionOfType(AttachException.class)
          .isThrownBy(() -> other.call(beans -> beans.getMBeanCount()));
    } finally {
      target.signal("CONT");
    }
  }

  @Test
  void aDumpThatRunsIsLeftAloneByOtherCommands() throws Exception {
    try (JvmConnection other = JvmConnection.open(Long.parseLong(target.pid()))) {
      RemoteRecorder recorder = RemoteRecorder.of(other);
      RecordingInfo rmm = recorder.recordings().getFirst();
      recorder.copy(rmm, onFirst(() -> executes("check")), () -> false);
      assertThat(recordings()).containsExactly("rmm");
    }
  }

  /** As where the answer to the call never came: the copy has the name that the JDK gives it. */
  @Test
  void aCopyWithoutANameIsRemovedIfItFollowsTheMarkerOfADeadDump() throws Exception {
    FlightRecorderMXBean recorder = recorder();
    long mine = recorder.cloneRecording(recorder.getRecordings().getFirst().getId(), true);
    Process dead = new ProcessBuilder("true").start();
    assertThat(dead.waitFor()).isZero();
    String namespace =
        Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().replaceAll("\\D", "");
    long marker = recorder.newRecording();
    recorder.setRecordingOptions(
        marker,
        Map.of(
            "name",
            "rmm-dump-%d-%d-%s".formatted(dead.pid(), Instant.now().toEpochMilli(), namespace)));
    recorder.cloneRecording(recorder.getRecordings().getFirst().getId(), true);
    assertThat(recordings()).hasSize(4);

    executes("check");
    // One that somebody else has made stays.
    assertThat(recorder.getRecordings().stream().map(RecordingInfo::getId)).contains(mine);
    assertThat(recordings()).containsExactly("rmm", "Clone of rmm");
  }

  /** Returns a real command, stopped at a moment when it has a copy of the recording. */
  private Process dumpThatHasMadeItsCopy() throws Exception {
    while (true) {
      Process dump =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Rmm.class.getName(),
                  "jfr",
                  target.pid(),
                  "dump",
                  "-f",
                  "-o",
                  folder.resolve("dump.jfr").toString())
              .redirectErrorStream(true)
              .start();
      // It may have been quicker than this.
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> recordings().size() > 2 || !dump.isAlive());
      if (dump.isAlive()) {
        signal(dump, "STOP");
        // What it had asked for before is answered when this is.
        if (recordings().stream().filter(name -> name.startsWith("rmm-dump-")).count() == 2) {
          return dump;
        }
        signal(dump, "CONT");
      }
      assertThat(dump.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  private interface Act {
    void perform() throws Exception;
  }

  /** Returns where to write to; the first time something is done. */
  private static OutputStream onFirst(Act act) {
    return new FilterOutputStream(OutputStream.nullOutputStream()) {
      private boolean done;

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        if (!done) {
          done = true;
          try {
            act.perform();
          } catch (Exception e) {
            throw new IOException(e);
          }
        }
      }
    };
  }

  private List<String> recordings() throws Exception {
    return recorder().getRecordings().stream().map(RecordingInfo::getName).toList();
  }

  private FlightRecorderMXBean recorder() throws Exception {
    return JMX.newMXBeanProxy(
        connection.beans(),
        new ObjectName(FlightRecorderMXBean.MXBEAN_NAME),
        FlightRecorderMXBean.class);
  }

  private void executes(String action) {
    String[] line = Stream.of("jfr", target.pid(), action).toArray(String[]::new);
    assertThat(commandLine.execute(line)).as("%s", err).isZero();
  }
}
