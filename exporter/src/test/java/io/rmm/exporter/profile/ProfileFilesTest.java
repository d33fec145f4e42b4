package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of their own, with system properties and a real exit. */
class ProfileFilesTest {

  @TempDir private Path folder;

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  /** Runs the program and returns what it printed. */
  private static String run(List<String> before, String... options) throws Exception {
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of(JAVA, "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData"));
    command.addAll(List.of(options));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), ProfiledProgram.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("refused after ");
    return output;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aProgramIsProfiledByPropertiesAlone() throws Exception {
    run(
        List.of(),
        "-Drmm.profile.directory=" + folder,
        "-Drmm.profile.on=exit,rejection",
        "-Drmm.profile.format=live-stacks");

    assertThat(files())
        .satisfiesExactlyInAnyOrder(
            name -> assertThat(name).endsWith("-rejection.live.collapsed"),
            name -> assertThat(name).endsWith("-exit.live.collapsed"));
    for (String name : files()) {
      assertThat(Files.readString(folder.resolve(name))).contains("ProfiledProgram.main:");
    }
  }

  @Test
  void withoutPropertiesNothingIsWrittenOrTold() throws Exception {
    assertThat(run(List.of())).doesNotContain("profile");
    assertThat(files()).isEmpty();
  }

  @Test
  void aPropertyThatDoesNotWorkIsToldAndDisturbsNothing() throws Exception {
    String output =
        run(List.of(), "-Drmm.profile.directory=" + folder, "-Drmm.profile.on=sometimes");

    assertThat(output)
        .contains("memory manager program writes no heap profiles")
        .contains("rmm.profile.on must be exit, rejection or both");
    assertThat(files()).isEmpty();
  }

  /**
   * The shell bounds the size of files, and a write beyond fails as on a full disk: in the middle.
   */
  @Test
  void whatCannotBeWrittenToItsEndIsNotThere() throws Exception {
    String[] options = {
      "-Drmm.profile.directory=" + folder,
      "-Drmm.profile.on=exit",
      "-Drmm.profile.format=flame-graph",
      "-Drmm.test.close=true"
    };
    assertThat(run(List.of("bash", "-c", "ulimit -f 8 && exec \"$0\" \"$@\""), options))
        .contains("manager program cannot be written to " + folder)
        .contains("File too large");
    assertThat(files()).isEmpty();

    run(List.of(), options);
    assertThat(files()).hasSize(1);
  }
}
