package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Recordings of a program that was started without one, begun and ended from outside. */
@Timeout(120)
class JcmdTest {

  @TempDir static Path folder;

  private static BusyChild child;

  @BeforeAll
  static void start() throws Exception {
    child = BusyChild.start();
  }

  @AfterAll
  static void end() throws Exception {
    try (BusyChild ending = child) {
      assertThat(ending.end()).contains("right=true").doesNotContainIgnoringCase("exception");
    }
  }

  @Test
  void productionSettingsOverTheDefault() throws Exception {
    List<RecordedEvent> events =
        record(
            RecordingSettings.File.PRODUCTION,
            Set.of(
                "rmm.AllocationSample", "rmm.Misuse", "rmm.ManagerStatistics", "rmm.Configuration"),
            "settings=default",
            "rmm-detail=high");

    assertThat(names(events)).contains("jdk.JVMInformation").doesNotContain("rmm.Allocation");
  }

  @Test
  void leakSettingsOverTheDefault() throws Exception {
    List<RecordedEvent> events =
        record(
            RecordingSettings.File.LEAK,
            Set.of("rmm.Allocation", "rmm.Free", "rmm.Misuse"),
            "settings=default",
            "rmm-pairs-ratio=1/8");

    assertThat(names(events)).contains("jdk.JVMInformation");
    List<RecordedEvent> allocations =
        events.stream().filter(event -> name(event).equals("rmm.Allocation")).toList();
    assertThat(allocations)
        .allSatisfy(
            event -> {
              assertThat(SampleRatio.hash(event.getLong("allocationId")))
                  .isLessThanOrEqualTo(new SampleRatio(8).largestHash());
              assertThat(event.getStackTrace()).isNotNull();
            });
  }

  @Test
  void settingsForOthersAlone() throws Exception {
    List<RecordedEvent> events =
        record(
            RecordingSettings.File.ONLY,
            Set.of("rmm.AllocationSample", "rmm.Misuse", "rmm.Configuration"));

    assertThat(names(events)).allMatch(name -> name.startsWith("rmm."));
    String directory = System.getProperty("user.dir");
    assertThat(events).noneMatch(event -> event.toString().contains(directory));
  }

  /** What the three files say is what the recording shows to be in force. */
  @ParameterizedTest
  @EnumSource
  void theSettingsAreInForce(RecordingSettings.File file) throws Exception {
    child.jcmd("JFR.start", "name=checked", "settings=" + write(file));
    String check = child.jcmd("JFR.check", "name=checked", "verbose=true");
    child.jcmd("JFR.stop", "name=checked");

    boolean pairs = file == RecordingSettings.File.LEAK;
    assertThat(settings(check, "rmm.Allocation"))
        .contains("enabled=" + pairs)
        .contains("stackTrace=" + pairs)
        .contains("sampleRatio=" + (pairs ? "1/64" : "1/1"))
        .contains("minimumSize=0")
        .contains("budgets=*");
    assertThat(settings(check, "rmm.Free")).contains("enabled=" + pairs);
  }

  /** Returns the line below the one that names the event. */
  private static String settings(String check, String event) {
    return check
        .lines()
        .dropWhile(line -> !line.contains("(" + event + ")"))
        .skip(1)
        .findFirst()
        .orElseThrow(() -> new AssertionError(event + " is not in: " + check));
  }

  /** Records until all of {@code expected} have been seen. */
  private static List<RecordedEvent> record(
      RecordingSettings.File file, Set<String> expected, String... options) throws Exception {
    String name = file.name().toLowerCase(Locale.ROOT);
    List<String> start = new ArrayList<>(List.of("JFR.start", "name=" + name));
    start.addAll(List.of(options));
    start.add("settings=" + write(file));
    assertThat(child.jcmd(start.toArray(String[]::new))).contains("Started recording");
    Path dump = folder.resolve(name + ".jfr");
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              child.jcmd("JFR.dump", "name=" + name, "filename=" + dump);
              assertThat(names(RecordingFile.readAllEvents(dump))).containsAll(expected);
            });
    child.jcmd("JFR.stop", "name=" + name);
    return RecordingFile.readAllEvents(dump);
  }

  private static Path write(RecordingSettings.File file) throws Exception {
    return Files.writeString(folder.resolve(file.fileName()), RecordingSettings.text(file));
  }

  private static Set<String> names(List<RecordedEvent> events) {
    return events.stream().map(JcmdTest::name).collect(Collectors.toSet());
  }

  private static String name(RecordedEvent event) {
    return event.getEventType().getName();
  }
}
