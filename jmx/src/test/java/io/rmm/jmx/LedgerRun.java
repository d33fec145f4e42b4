package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ledger that a program in a JVM of its own has printed.
 *
 * @param figures its figures by name
 */
record LedgerRun(Map<String, String> figures) {

  static LedgerRun of(Class<?> program, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    Map<String, String> figures = new LinkedHashMap<>();
    output
        .lines()
        .map(line -> line.split("=", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> figures.put(parts[0], parts[1]));
    return new LedgerRun(figures);
  }

  String text(String name) {
    assertThat(figures).containsKey(name);
    return figures.get(name);
  }

  long number(String name) {
    return Long.parseLong(text(name));
  }

  long resident(String line) {
    return number("resident." + line);
  }

  /** The lines add up to what is resident, and none is below zero. */
  void assertThatItAddsUp() {
    List<Long> lines =
        figures.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("resident."))
            .map(entry -> Long.parseLong(entry.getValue()))
            .toList();
    assertThat(lines).allMatch(bytes -> bytes >= 0);
    assertThat(lines.stream().mapToLong(Long::longValue).sum())
        .isEqualTo(number("ResidentBytes"))
        .isEqualTo(number("ExplainedBytes") + number("UnexplainedBytes"))
        .isPositive();
  }
}
