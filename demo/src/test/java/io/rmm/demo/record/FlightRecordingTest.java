package io.rmm.demo.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.demo.DemoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FlightRecordingTest {

  @TempDir private Path folder;

  @Test
  void whatIsSavedCanBeReadAndIsAllThatIsLeft() throws Exception {
    Path file = Files.writeString(folder.resolve("a.jfr"), "an older one");
    try (FlightRecording recording = FlightRecording.start(file)) {
      recording.save();
    }
    assertThat(RecordingFile.readAllEvents(file)).isNotEmpty();
    assertThat(folder).isDirectoryContaining(file::equals);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void whatIsNotSavedLeavesNothing() throws Exception {
    Path older = Files.writeString(folder.resolve("older.jfr"), "an older one");
    FlightRecording.start(older).close();
    FlightRecording.start(folder.resolve("new.jfr")).close();
    assertThat(older).hasContent("an older one");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(older);
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsRefusedAtOnce() throws IOException {
    Path plainFile = Files.createFile(folder.resolve("file"));
    assertRefused(folder.resolve("none/a.jfr"), "there is no folder " + folder.resolve("none"));
    assertRefused(plainFile.resolve("a.jfr"), "there is no folder " + plainFile);
    assertRefused(folder, "it is a directory");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void whatIsNoPlainFileIsRefusedAndNotReplaced() throws Exception {
    Path pipe = folder.toRealPath().resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertRefused(pipe, "it is no plain file");
    assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther()).isTrue();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aLinkIsFollowedAndNotReplaced() throws Exception {
    Path file = Files.writeString(folder.resolve("a.jfr"), "an older one").toRealPath();
    Path link = Files.createSymbolicLink(folder.resolve("link.jfr"), file);
    try (FlightRecording recording = FlightRecording.start(link)) {
      recording.save();
      assertThat(recording.file()).isEqualTo(file);
    }
    assertThat(link).isSymbolicLink();
    assertThat(RecordingFile.readAllEvents(file)).isNotEmpty();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aLinkThatLeadsNowhereIsRefusedForThatReason() throws Exception {
    Path dangling = Files.createSymbolicLink(folder.resolve("a.jfr"), folder.resolve("gone.jfr"));
    Path circular = folder.resolve("b.jfr");
    Files.createSymbolicLink(circular, circular);
    assertRefused(dangling, "it is a link that leads to no file");
    assertRefused(circular, "it is a link that leads to no file");
    assertThat(dangling).isSymbolicLink();
    assertThat(folder.resolve("gone.jfr")).doesNotExist();
  }

  private static void assertRefused(Path file, String reason) {
    assertThatThrownBy(() -> FlightRecording.start(file))
        .isInstanceOf(DemoException.class)
        .hasMessage(
            "cannot write the recording %s: %s; choose another file with --record", file, reason);
  }
}
