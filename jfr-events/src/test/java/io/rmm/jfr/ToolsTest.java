package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JDK's own tool reads the events. */
class ToolsTest {

  @TempDir static Path folder;

  private static Path file;

  @BeforeAll
  static void record() throws Exception {
    file = folder.resolve("tools.jfr");
    try (TestRecording recording = TestRecording.start()) {
      MemoryManager manager =
          MemoryManager.builder().name("shop").safetyMode(SafetyMode.PARANOID).build();
      try (Block live = manager.allocate(123_456)) {
        assertThatThrownBy(() -> manager.free(1L)).isInstanceOf(MemoryMisuseException.class);
        assertThat(live.isAlive()).isTrue();
      }
      manager.close();
      recording.dump(file);
    }
  }

  @Test
  void summaryCountsTheEvents() throws Exception {
    List<String> lines =
        ChildProcess.run("jfr", List.of("summary", file.toString())).lines().toList();
    List<String> names =
        Arrays.stream(EventType.values()).map(EventType::eventName).collect(Collectors.toList());

    // Event type, count, bytes
    assertThat(lines.stream().map(line -> line.strip().split("\\s+", -1)[0])).containsAll(names);
    assertThat(lines).anyMatch(line -> line.strip().matches("rmm\\.Misuse\\s+1\\s+\\d+"));
    assertThat(lines)
        .anyMatch(line -> line.strip().matches("rmm\\.ManagerStatistics\\s+2\\s+\\d+"));
  }

  @Test
  void printWritesJson() throws Exception {
    String json =
        ChildProcess.run(
            "jfr", List.of("print", "--json", "--events", "rmm.AllocationSample", file.toString()));

    assertThat(json)
        .contains("\"type\": \"rmm.AllocationSample\"")
        .contains("\"manager\": \"shop\"")
        .contains("\"budget\": \"root\"")
        .contains("\"requestedSize\": 123456");
  }

  @Test
  void printKnowsTheUnits() throws Exception {
    String text = ChildProcess.run("jfr", List.of("print", "--events", "rmm.*", file.toString()));

    assertThat(text).contains("requestedSize = 120.6 kB").contains("kind = \"INVALID_FREE\"");
  }

  @Test
  void viewShowsATable() throws Exception {
    String table =
        ChildProcess.run(
            "jfr", List.of("view", "--width", "300", "rmm.ManagerStatistics", file.toString()));

    assertThat(table)
        .contains("Manager Statistics")
        .contains("Committed")
        .contains("Remote Frees")
        .contains("shop");
  }

  @Test
  void viewKnowsEveryEvent() throws Exception {
    for (EventType type : EventType.values()) {
      assertThat(ChildProcess.run("jfr", List.of("view", type.eventName(), file.toString())))
          .as(type.eventName())
          .doesNotContain("Unknown");
    }
  }

  @Test
  void metadataTellsFieldsAndSettings() throws Exception {
    String metadata =
        ChildProcess.run("jfr", List.of("metadata", "--events", "rmm.*", file.toString()));

    for (EventType type : EventType.values()) {
      assertThat(metadata).contains("@Name(\"" + type.eventName() + "\")");
      for (String field : type.fields()) {
        assertThat(metadata).as(type.eventName()).containsPattern(" " + field + ";");
      }
    }
    assertThat(metadata).contains("@Category(\"Runtime Memory Manager\")");
  }

  @Test
  void scrubLeavesOnlyOurs() throws Exception {
    Path scrubbed = folder.resolve("scrubbed.jfr");
    ChildProcess.run(
        "jfr",
        List.of("scrub", "--include-events", "rmm.Misuse", file.toString(), scrubbed.toString()));

    assertThat(RecordingFile.readAllEvents(scrubbed))
        .extracting(event -> event.getEventType().getName())
        .containsExactly("rmm.Misuse");
  }

  /** What somebody does who has recorded with the events of the JDK, and gives the rest away. */
  @Test
  void scrubTakesOutWhatTheJdkTells() throws Exception {
    Path mixed = folder.resolve("mixed.jfr");
    try (Recording recording = new Recording();
        MemoryManager manager =
            MemoryManager.builder().name("shared").safetyMode(SafetyMode.PARANOID).build()) {
      recording.setSettings(RecordingSettings.over("default"));
      recording.start();
      manager.allocate(100).close();
      manager.awaitViews();
      recording.dump(mixed);
    }
    Path scrubbed = folder.resolve("shared.jfr");
    ChildProcess.run(
        "jfr",
        List.of("scrub", "--include-events", "rmm.*", mixed.toString(), scrubbed.toString()));

    String secret = System.getProperty("java.home"); // stands in jdk.InitialSystemProperty
    assertThat(Files.readString(mixed, StandardCharsets.ISO_8859_1)).contains(secret);
    assertThat(Files.readString(scrubbed, StandardCharsets.ISO_8859_1)).doesNotContain(secret);
    assertThat(RecordingFile.readAllEvents(scrubbed))
        .extracting(event -> event.getEventType().getName())
        .contains("rmm.AllocationSample", "rmm.Configuration")
        .allMatch(name -> name.startsWith("rmm."));
  }
}
