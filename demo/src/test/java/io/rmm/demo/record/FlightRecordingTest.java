package io.rmm.demo.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.demo.DemoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
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

  private static void assertRefused(Path file, String reason) {
    assertThatThrownBy(() -> FlightRecording.start(file))
        .isInstanceOf(DemoException.class)
        .hasMessage(
            "cannot write the recording %s: %s; choose another file with --record", file, reason);
  }
}
