package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.JvmConnection;
import io.rmm.cli.attach.RemoteRecorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX) // as TargetJvm
class JvmConnectionTest {

  /** The interface of Flight Recorder's bean does not say that a connection may be lost. */
  @Test
  void aProcessThatEndsMeanwhileIsSaidToHaveEnded() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0);
        JvmConnection connection = JvmConnection.open(Long.parseLong(jvm.pid()))) {
      RemoteRecorder recorder = RemoteRecorder.of(connection);
      assertThat(recorder.recordings()).isEmpty();
      jvm.signal("KILL");
      assertThatExceptionOfType(AttachException.class)
          .isThrownBy(recorder::recordings)
          .withMessage("process " + jvm.pid() + " has ended");
    }
  }

  @Test
  void afterACallThatWasGivenUpAllOthersFailLikeIt() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0);
        JvmConnection connection = JvmConnection.open(Long.parseLong(jvm.pid()))) {
      jvm.signal("STOP");
      String message = "process " + jvm.pid() + " is stopped by a signal";
      for (int i = 0; i < 2; i++) {
        assertThatExceptionOfType(AttachException.class)
            .isThrownBy(() -> connection.call(beans -> beans.getMBeanCount()))
            .withMessageStartingWith(message);
        // Also when it could answer again: a late answer would be another call's.
        jvm.signal("CONT");
      }
    }
  }

  @Test
  void whatFlightRecorderRefusesIsASentence() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0);
        JvmConnection connection = JvmConnection.open(Long.parseLong(jvm.pid()))) {
      assertThatExceptionOfType(AttachException.class)
          .isThrownBy(() -> RemoteRecorder.of(connection).close(1_000))
          .withMessageStartingWith("process " + jvm.pid() + " refuses: ");
    }
  }
}
