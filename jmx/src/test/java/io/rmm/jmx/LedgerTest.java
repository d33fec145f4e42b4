package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.jmx.programs.HoldingProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger of a process that holds known amounts, against what it holds. */
@EnabledOnOs(OS.LINUX)
class LedgerTest {

  private static final String TRACKING = "-XX:NativeMemoryTracking=summary";

  private static final long MIB = 1L << 20;

  /** What the JDK itself may have of the same kind, and pages at the ends. */
  private static final Offset<Long> CLOSE = within(2 * MIB);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseZGC"})
  void withTrackingEveryKindIsToldApart(String collector) throws Exception {
    Map<String, String> ledger = run(TRACKING, collector);

    assertThat(resident(ledger, "direct buffers")).isCloseTo(HoldingProgram.DIRECT, CLOSE);
    assertThat(resident(ledger, "arenas")).isCloseTo(HoldingProgram.ARENA, CLOSE);
    assertThat(ledger).containsEntry("evidence.java heap", "MEASURED");
    assertThat(ledger.get("Notes")).doesNotContain(TRACKING);
    assertThat(resident(ledger, "threads")).isPositive();
    assertThat(resident(ledger, "gc")).isPositive();
    assertThat(resident(ledger, "other NMT")).isPositive();
    assertThat(number(ledger, "ExplainedBytes"))
        .isGreaterThanOrEqualTo(number(ledger, "ResidentBytes") * 95 / 100);
    assertWhatHoldsInAnyCase(ledger);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseZGC"})
  void withoutTrackingItSaysWhatItCannotTellApart(String collector) throws Exception {
    Map<String, String> ledger = run(collector);

    assertThat(ledger.get("Notes")).contains("gc", "arenas", TRACKING);
    assertThat(resident(ledger, "direct buffers")).isCloseTo(HoldingProgram.DIRECT, CLOSE);
    assertThat(resident(ledger, "unexplained")).isGreaterThan(HoldingProgram.ARENA);
    assertThat(ledger)
        .containsEntry("evidence.java heap", "MEASURED")
        .containsEntry("evidence.metaspace", "ESTIMATED")
        .containsEntry("committed.gc", "-1");
    assertWhatHoldsInAnyCase(ledger);
  }

  /** A runtime cut to what JMX needs has no diagnostic commands. */
  @Test
  void withoutDiagnosticCommandsTheMappingsAreReadAllTheSame() throws Exception {
    Map<String, String> ledger = run(TRACKING, "--limit-modules=java.management");

    assertThat(ledger.get("Notes")).contains(TRACKING);
    assertThat(ledger).containsEntry("evidence.java heap", "ESTIMATED");
    assertWhatHoldsInAnyCase(ledger);
  }

  @Test
  void blocksOfThePortablePageSourceAreNotTakenForArenas() throws Exception {
    Map<String, String> ledger = run(TRACKING, "-Drmm.source=portable");

    // The JDK allocates some MiB more for each extent, to align it; these are an arena's.
    assertThat(resident(ledger, "arenas")).isCloseTo(HoldingProgram.ARENA, within(8 * MIB));
    assertThat(ledger).containsEntry("evidence.RMM", "ESTIMATED");
    assertThat(resident(ledger, "RMM"))
        .isGreaterThanOrEqualTo(HoldingProgram.TOUCHED_BLOCK + HoldingProgram.UNTOUCHED_BLOCK);
  }

  private static void assertWhatHoldsInAnyCase(Map<String, String> ledger) {
    // Committed memory that nobody has touched is not resident.
    assertThat(ledger).containsEntry("evidence.RMM", "MEASURED");
    assertThat(resident(ledger, "RMM")).isCloseTo(HoldingProgram.TOUCHED_BLOCK, CLOSE);
    assertThat(number(ledger, "committed.RMM"))
        .isGreaterThanOrEqualTo(HoldingProgram.TOUCHED_BLOCK + HoldingProgram.UNTOUCHED_BLOCK);

    assertThat(ledger).containsEntry("evidence.mapped files", "MEASURED");
    assertThat(resident(ledger, "mapped files")).isCloseTo(HoldingProgram.MAPPED, CLOSE);
    assertThat(resident(ledger, "libraries")).isPositive();
    assertThat(resident(ledger, "java heap")).isPositive();
    assertThat(resident(ledger, "metaspace")).isPositive();
    assertThat(resident(ledger, "code")).isPositive();

    long resident = number(ledger, "ResidentBytes");
    assertThat(resident).isCloseTo(number(ledger, "VmRSS"), within(20 * MIB));
    assertThat(sum(ledger, "resident.")).isEqualTo(resident);
    assertThat(number(ledger, "ExplainedBytes") + number(ledger, "UnexplainedBytes"))
        .isEqualTo(resident);
    assertThat(ledger.entrySet())
        .filteredOn(entry -> entry.getKey().startsWith("resident."))
        .allMatch(entry -> Long.parseLong(entry.getValue()) >= 0);
    assertThat(ledger).containsEntry("left", "0");
  }

  private Map<String, String> run(String... options) throws Exception {
    Path file = folder.resolve("data file");
    Files.write(file, new byte[(int) HoldingProgram.MAPPED]);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(HoldingProgram.class.getName(), file.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    Map<String, String> ledger = new LinkedHashMap<>();
    output
        .lines()
        .map(line -> line.split("=", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> ledger.put(parts[0], parts[1]));
    return ledger;
  }

  private static long resident(Map<String, String> ledger, String line) {
    return number(ledger, "resident." + line);
  }

  private static long number(Map<String, String> ledger, String name) {
    assertThat(ledger).containsKey(name);
    return Long.parseLong(ledger.get(name));
  }

  private static long sum(Map<String, String> ledger, String prefix) {
    return ledger.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToLong(entry -> Long.parseLong(entry.getValue()))
        .sum();
  }
}
