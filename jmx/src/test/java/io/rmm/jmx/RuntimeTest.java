package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemoryManager;
import io.rmm.jmx.programs.AllocatingProgram;
import io.rmm.jmx.programs.PrintingProgram;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The view as a module, and in a runtime without JMX. */
class RuntimeTest {

  /** JMX reads interfaces of exported packages only. */
  @Test
  void onTheModulePathTheBeansAreRead() throws Exception {
    assertThat(
            java(
                "--enable-native-access=io.rmm.allocator",
                "-p",
                location(MemoryManager.class) + File.pathSeparator + location(JmxView.class),
                "--add-modules=io.rmm.jmx",
                "-cp",
                location(PrintingProgram.class),
                PrintingProgram.class.getName()))
        .isEqualToIgnoringNewLines("true CompositeDataSupport");
  }

  @Test
  void withoutJmxTheViewShowsNothingAndSaysSo() throws Exception {
    assertThat(
            java(
                "--enable-native-access=ALL-UNNAMED",
                "--limit-modules=java.base",
                "-cp",
                String.join(
                    File.pathSeparator,
                    location(MemoryManager.class),
                    location(JmxView.class),
                    location(AllocatingProgram.class)),
                AllocatingProgram.class.getName()))
        .contains("frees=1")
        .containsOnlyOnce("program is not shown in JMX");
  }

  private static String java(String... arguments) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-XX:TieredStopAtLevel=1");
    line.addAll(List.of(arguments));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static String location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
