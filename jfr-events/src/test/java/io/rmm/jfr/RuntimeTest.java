package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemoryManager;
import io.rmm.jfr.programs.AllocatingProgram;
import io.rmm.jfr.programs.UnrecordedProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the view does to a JVM: with a recording, without one, and without Flight Recorder. */
class RuntimeTest {

  @TempDir Path folder;

  /**
   * The metadata repository is what takes the time: some 100 ms, also where nothing is recorded.
   */
  @Test
  void withoutRecordingFlightRecorderIsNotInitialized() throws Exception {
    Path classes = folder.resolve("classes.txt");
    String logClasses = "-Xlog:class+load:file=" + classes;

    assertThat(ChildProcess.javaOnClassPath(UnrecordedProgram.class, logClasses))
        .isEqualToIgnoringNewLines("initialized=false");
    assertThat(classes)
        .content()
        .contains("io.rmm.jfr.AllocationSampleEvent")
        .doesNotContain("jdk.jfr.internal.MetadataRepository");
    assertThat(ChildProcess.javaOnModulePath(UnrecordedProgram.class, logClasses))
        .isEqualToIgnoringNewLines("initialized=false");
    assertThat(classes)
        .content()
        .contains("io.rmm.jfr.AllocationSampleEvent")
        .doesNotContain("jdk.jfr.internal.MetadataRepository");
  }

  @Test
  void withoutFlightRecorderTheViewShowsNothingAndSaysSo() throws Exception {
    assertThat(ChildProcess.javaOnClassPath(AllocatingProgram.class, "--limit-modules=java.base"))
        .contains("misuses=1")
        .containsOnlyOnce("program is not shown in Flight Recorder");
  }

  @Test
  void theKernelNeedsNeitherFlightRecorderNorThisModule() throws Exception {
    String output =
        ChildProcess.run(
            "java",
            List.of(
                "--limit-modules=java.base",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                ChildProcess.path(MemoryManager.class)
                    + java.io.File.pathSeparator
                    + ChildProcess.path(AllocatingProgram.class),
                AllocatingProgram.class.getName()));
    assertThat(output).isEqualToIgnoringNewLines("misuses=1");
  }

  @Test
  void theJvmRecordsFromTheStartOnClassPathAndModulePath() throws Exception {
    Path classPath = folder.resolve("class-path.jfr");
    Path modulePath = folder.resolve("module-path.jfr");

    ChildProcess.javaOnClassPath(
        AllocatingProgram.class, "-XX:StartFlightRecording:filename=" + classPath);
    ChildProcess.javaOnModulePath(
        AllocatingProgram.class, "-XX:StartFlightRecording:filename=" + modulePath);

    assertThat(eventsIn(classPath)).containsAll(EXPECTED);
    assertThat(eventsIn(modulePath)).containsAll(EXPECTED);
  }

  @Test
  void theSettingsFileIsLaidOverTheDefault() throws Exception {
    Path settings = Files.writeString(folder.resolve("rmm.jfc"), RecordingSettings.text());
    Path recording = folder.resolve("settings.jfr");

    String output =
        ChildProcess.javaOnClassPath(
            AllocatingProgram.class,
            "-XX:StartFlightRecording:settings=default,settings="
                + settings
                + ",rmm-detail=low,filename="
                + recording);

    assertThat(output).contains("misuses=1").doesNotContainIgnoringCase("warn");
    assertThat(eventsIn(recording))
        .contains("rmm.Misuse", "rmm.ManagerStatistics", "jdk.JVMInformation")
        .doesNotContain("rmm.AllocationSample");
  }

  private static final List<String> EXPECTED =
      List.of(
          "rmm.AllocationSample",
          "rmm.Misuse",
          "rmm.ChunkMap",
          "rmm.ChunkUnmap",
          "rmm.ManagerStatistics",
          "rmm.BudgetStatistics",
          "rmm.Configuration");

  private static List<String> eventsIn(Path recording) throws Exception {
    return RecordingFile.readAllEvents(recording).stream()
        .map(event -> event.getEventType().getName())
        .distinct()
        .collect(Collectors.toList());
  }
}
