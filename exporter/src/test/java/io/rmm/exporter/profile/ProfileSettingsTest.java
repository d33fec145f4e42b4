package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.exporter.profile.ProfileSettings.Occasion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileSettingsTest {

  @TempDir private Path folder;

  private Map<String, String> valid() {
    Map<String, String> properties = new HashMap<>();
    properties.put(ProfileSettings.DIRECTORY, folder.toString());
    properties.put(ProfileSettings.ON, "exit, rejection");
    properties.put(ProfileSettings.FORMAT, "pprof");
    return properties;
  }

  @Test
  void areNoneUnlessOneIsSet() {
    assertThat(ProfileSettings.read(_ -> null)).isEmpty();
  }

  @Test
  void areRead() {
    assertThat(ProfileSettings.read(valid()::get))
        .hasValueSatisfying(
            settings -> {
              assertThat(settings.directory()).isEqualTo(folder);
              assertThat(settings.on())
                  .containsExactlyInAnyOrder(Occasion.EXIT, Occasion.REJECTION);
              assertThat(settings.format()).isEqualTo(ProfileFormat.PPROF);
            });
  }

  @Test
  void withoutAFormatTheyAreFlameGraphs() {
    Map<String, String> properties = valid();
    properties.remove(ProfileSettings.FORMAT);

    assertThat(ProfileSettings.read(properties::get))
        .hasValueSatisfying(
            settings -> assertThat(settings.format()).isEqualTo(ProfileFormat.FLAME_GRAPH));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rmm.profile.on|start|must be exit, rejection or both",
        "rmm.profile.on|exit,|must be exit, rejection or both",
        "rmm.profile.on|''|must be exit, rejection or both",
        "rmm.profile.on||set both",
        "rmm.profile.directory||set both",
        "rmm.profile.directory|/no/such/folder|must be a folder that is there",
        "rmm.profile.format|svg|must be one of pprof, live-stacks, allocated-stacks, flame-graph",
      })
  void aValueThatDoesNotWorkIsToldWithWhatWould(String property, String value, String message) {
    Map<String, String> properties = valid();
    properties.put(property, value);

    assertThatThrownBy(() -> ProfileSettings.read(properties::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(property)
        .hasMessageContaining(message);
  }

  @Test
  void aDirectoryThatIsAFileOrNoPathIsRefused() throws IOException {
    Map<String, String> properties = valid();
    properties.put(ProfileSettings.DIRECTORY, Files.createFile(folder.resolve("file")).toString());
    assertThatThrownBy(() -> ProfileSettings.read(properties::get))
        .hasMessageContaining("must be a folder");

    properties.put(ProfileSettings.DIRECTORY, "nul\0");
    assertThatThrownBy(() -> ProfileSettings.read(properties::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no path");
  }
}
