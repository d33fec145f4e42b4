package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.signal.EventType;
import io.rmm.jfr.RecordingSettings.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.FlightRecorder;
import jdk.jfr.SettingDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingSettingsTest {

  @TempDir Path folder;

  /** The file says in one place what the annotations say in ten; neither may drift. */
  @Test
  void theFileHoldsTheDefaultsOfAllEvents() throws Exception {
    EventRegistration.ensureStarted();
    Map<String, String> defaults =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .filter(event -> event.getName().startsWith("rmm."))
            .flatMap(
                event ->
                    event.getSettingDescriptors().stream()
                        .map(setting -> Map.entry(key(event.getName(), setting), setting)))
            .filter(entry -> isChoice(entry.getValue()))
            .collect(
                Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().getDefaultValue()));

    assertThat(settingsOf(RecordingSettings.text())).isEqualTo(defaults);
  }

  /** What a file does not name is as it is by default, which is on for most. */
  @Test
  void theFileForOthersNamesAllOurEventsAndNoOther() {
    Map<String, String> settings = RecordingSettings.settings(File.ONLY);

    assertThat(settings.keySet().stream().map(key -> key.substring(0, key.indexOf('#'))).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(EventType.values()).map(EventType::eventName).toList());
    assertThat(settings).containsEntry("rmm.ControlAction#enabled", "false");
  }

  private static String key(String event, SettingDescriptor setting) {
    return event + "#" + setting.getName();
  }

  /** A threshold means nothing where no event has a duration. */
  private static boolean isChoice(SettingDescriptor setting) {
    return !setting.getName().equals("threshold");
  }

  @Test
  void overAConfigurationOfTheJdkNothingOfItIsChanged() throws Exception {
    Map<String, String> ofJdk = Configuration.getConfiguration("profile").getSettings();

    Map<String, String> combined = RecordingSettings.over("profile");

    assertThat(combined).containsAllEntriesOf(ofJdk);
    assertThat(combined.keySet().stream().filter(key -> !ofJdk.containsKey(key)))
        .allMatch(key -> key.startsWith("rmm."));
    assertThat(combined.keySet().stream().map(key -> key.substring(0, key.indexOf('#'))))
        .containsAll(Arrays.stream(EventType.values()).map(EventType::eventName).toList());
  }

  @Test
  void anUnknownConfigurationIsRefused() {
    assertThatThrownBy(() -> RecordingSettings.over("defaults"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("defaults");
  }

  @ParameterizedTest
  @ValueSource(strings = {"default.jfc", "profile.jfc"})
  void configureMergesTheFiles(String jdkFile) throws Exception {
    assertThat(ours(jdkFile, "rmm-detail=normal"))
        .containsEntry("rmm.AllocationSample#throttle", "100/s")
        .containsEntry("rmm.ManagerStatistics#period", "5 s")
        .containsEntry("rmm.Misuse#enabled", "true")
        .containsKey("jdk.GarbageCollection#enabled");
  }

  @Test
  void oneWordChoosesTheDetail() throws Exception {
    assertThat(ours("default.jfc", "rmm-detail=high"))
        .containsEntry("rmm.AllocationSample#throttle", "1000/s")
        .containsEntry("rmm.BudgetStatistics#period", "1 s");
    assertThat(ours("default.jfc", "rmm-detail=low"))
        .containsEntry("rmm.AllocationSample#enabled", "false")
        .containsEntry("rmm.Misuse#enabled", "true");
    Map<String, String> off = ours("default.jfc", "rmm-detail=off");
    assertThat(off.keySet().stream().filter(key -> key.matches("rmm\\..*#enabled")))
        .hasSize(EventType.values().length)
        .allMatch(key -> off.get(key).equals("false"));
  }

  @Test
  void configureChoosesTheShareOfPairs() throws Exception {
    assertThat(configure("default.jfc," + write(File.LEAK), "rmm-pairs-ratio=1/8"))
        .containsEntry("rmm.Allocation#sampleRatio", "1/8")
        .containsEntry("rmm.Allocation#enabled", "true")
        .containsEntry("rmm.Free#enabled", "true")
        .containsKey("jdk.GarbageCollection#enabled");
  }

  @Test
  void configureLeavesTheFileForOthersAsItIs() throws Exception {
    assertThat(configure(write(File.ONLY).toString(), "rmm.AllocationSample#throttle=50/s"))
        .containsEntry("rmm.AllocationSample#throttle", "50/s")
        .hasSameSizeAs(RecordingSettings.settings(File.ONLY))
        .allSatisfy((key, value) -> assertThat(key).startsWith("rmm."));
  }

  private Map<String, String> ours(String jdkFile, String choice) throws Exception {
    return configure(jdkFile + "," + write(File.PRODUCTION), choice);
  }

  private Map<String, String> configure(String input, String choice) throws Exception {
    Path combined = folder.resolve("combined.jfc");
    ChildProcess.run(
        "jfr", List.of("configure", "--input", input, "--output", combined.toString(), choice));
    return settingsOf(Files.readString(combined));
  }

  private Path write(File file) throws IOException {
    return Files.writeString(folder.resolve(file.fileName()), RecordingSettings.text(file));
  }

  private static Map<String, String> settingsOf(String file) throws Exception {
    return Configuration.create(new StringReader(file)).getSettings();
  }
}
