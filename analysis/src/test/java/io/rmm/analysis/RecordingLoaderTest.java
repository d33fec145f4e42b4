package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.signal.EventType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmc.common.item.IItemCollection;

class RecordingLoaderTest {

  @TempDir private Path directory;
  private Path recording;

  @BeforeEach
  void record() throws IOException {
    recording = directory.resolve("whole.jfr");
    try (SyntheticRecording synthetic = new SyntheticRecording(recording)) {
      synthetic.event(EventType.MANAGER_STATISTICS, 1, "m", Map.of("used", 4096L));
    }
  }

  @Test
  void readsARecording() throws Exception {
    assertThat(statistics(RecordingLoader.load(recording))).isEqualTo(1);
  }

  @Test
  void readsACompressedRecording() throws Exception {
    Path compressed = directory.resolve("whole.jfr.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      Files.copy(recording, out);
    }

    assertThat(statistics(RecordingLoader.load(compressed))).isEqualTo(1);
  }

  @Test
  void readsARecordingOfSeveralChunks() throws Exception {
    Path second = directory.resolve("second.jfr");
    try (SyntheticRecording synthetic = new SyntheticRecording(second)) {
      synthetic.event(EventType.MANAGER_STATISTICS, 2, "m", Map.of("used", 8192L));
    }
    // JMC takes chunks that begin at the same moment for one and the same.
    byte[] secondChunk = Files.readAllBytes(second);
    ByteBuffer.wrap(secondChunk).putLong(32, SyntheticRecording.START + 1);
    Path both = directory.resolve("both.jfr");
    try (OutputStream out = Files.newOutputStream(both)) {
      Files.copy(recording, out);
      out.write(secondChunk);
    }

    assertThat(statistics(RecordingLoader.load(both))).isEqualTo(2);
  }

  @Test
  void refusesAMissingFile() {
    refuses(directory.resolve("no.jfr"), "no.jfr does not exist: give the path of a .jfr file.");
  }

  @Test
  void refusesADirectory() {
    refuses(directory, "cannot be read as a file");
  }

  @Test
  void refusesAnEmptyFile() throws IOException {
    refuses(write(new byte[0]), "is empty: dump the recording again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "FLX", "<html>FLR</html>", "PK\u0003\u0004"})
  void refusesAForeignFile(String content) throws IOException {
    refuses(write(content.getBytes(StandardCharsets.UTF_8)), "");
  }

  @Test
  void saysThatAForeignFileIsForeign() throws IOException {
    refuses(write(new byte[] {'G', 'I', 'F', '8', '9', 'a'}), "is not a Flight Recorder file");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 10, 67, 68, 300, -1})
  void refusesAFileThatIsCutShort(int bytes) throws IOException {
    byte[] whole = Files.readAllBytes(recording);
    refuses(
        write(Arrays.copyOf(whole, bytes > 0 ? bytes : whole.length + bytes)),
        "is cut short in its chunk 1");
  }

  @Test
  void refusesAFileWhoseLastChunkIsCutShort() throws IOException {
    byte[] whole = Files.readAllBytes(recording);
    byte[] more = Arrays.copyOf(whole, whole.length + 100);
    System.arraycopy(whole, 0, more, whole.length, 100);

    refuses(write(more), "is cut short in its chunk 2");
  }

  @Test
  void refusesAFileThatIsStillBeingWritten() throws IOException {
    byte[] unfinished = Files.readAllBytes(recording);
    ByteBuffer.wrap(unfinished).putLong(8, 0);

    refuses(write(unfinished), "is still being written");
  }

  @Test
  void refusesDamagedContent() throws IOException {
    byte[] damaged = Files.readAllBytes(recording);
    Arrays.fill(damaged, 68, damaged.length, (byte) 0xff);

    refuses(write(damaged), "cannot be read as a recording");
  }

  @Test
  void refusesARecordingWithoutOwnEvents() throws IOException {
    Path empty = directory.resolve("empty.jfr");
    try (SyntheticRecording synthetic = new SyntheticRecording(empty)) {
      synthetic.known(EventType.MISUSE);
    }

    refuses(empty, "has no RMM events: record a program that has rmm-jfr-events");
  }

  private void refuses(Path file, String message) {
    assertThatThrownBy(() -> RecordingLoader.load(file))
        .isInstanceOf(UnreadableRecordingException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(directory.resolve("broken.jfr"), content);
  }

  private static int statistics(IItemCollection items) {
    return EventRow.of(items, EventType.MANAGER_STATISTICS).size();
  }
}
