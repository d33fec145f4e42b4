package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.cli.programs.CrashProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Real crashes of other JVMs, and what is left of their logs. */
class ExplainCommandTest {

  private static final long PATIENCE_SECONDS = 60;

  /** What a process's addresses look like, in any text. */
  private static final Pattern ADDRESS = Pattern.compile("(0x)?0{0,4}[0-9a-f]{12}\\b");

  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** A crash: the block's id and the log. */
  private record Crash(String block, Path log) {}

  private Path slots() {
    return directory.resolve("slots");
  }

  private Crash crash(String how, String... options) throws IOException, InterruptedException {
    Path log = directory.resolve("hs_err.log");
    Path output = directory.resolve("output.txt");
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:TieredStopAtLevel=1",
                "-XX:ErrorFile=" + log,
                "-Drmm.guard.dir=" + slots(),
                "-cp",
                System.getProperty("java.class.path")));
    line.addAll(List.of(options));
    line.addAll(List.of(CrashProgram.class.getName(), how));
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String printed = Files.readString(output);
    assertThat(ended).as(printed).isTrue();
    assertThat(process.exitValue()).as(printed).isNotZero();
    assertThat(log).as(printed).exists();
    return new Crash(printed.lines().findFirst().orElseThrow(), log);
  }

  private int explain(Path log, Object... more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> line =
        Stream.concat(Stream.of("explain", log), Stream.of(more)).map(Object::toString).toList();
    CommandLine command = Rmm.commandLine();
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = command.execute(line.toArray(String[]::new));
    assertThat(out.toString()).doesNotContainPattern(ADDRESS);
    assertThat(err.toString()).doesNotContain("Exception");
    return code;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "overrun  | OVERRUN: a write   | 0 bytes after the end of",
        "overread | OVERRUN: a read    | bytes after the end of",
        "underrun | UNDERRUN: a write  | 2 bytes before the start of",
        "freed    | USE_AFTER_FREE: a write | offset 40 of the freed"
      })
  void aCrashInNativeCodeIsExplained(String how, String kind, String where) throws Exception {
    Crash crash = crash(how);
    assertThat(explain(crash.log)).as(err.toString()).isZero();
    String text = out.toString();
    if (Files.readString(crash.log).contains("TRAPNO=")) {
      assertThat(text).startsWith(kind);
    }
    assertThat(text)
        .containsPattern(where + " " + crash.block + "\\.")
        .contains("thread \"main\"")
        .contains("size    4096 bytes")
        .contains("budget  root/cache")
        .containsPattern("allocated at .* by thread \"main\"\\R    at .*CrashProgram.load\\(")
        .containsOnlyOnce("    at io.rmm.cli.programs.CrashProgram.main\n");
    if (how.equals("freed")) {
      assertThat(text)
          .containsPattern("freed at .* by thread \"main\"\\R    at .*CrashProgram.discard\\(")
          .contains("    at io.rmm.cli.programs.CrashProgram.useFreed");
    } else {
      assertThat(text).contains("live when the process died");
    }
  }

  @Test
  void anInterpretedCompareAndSetKillsTheProcessAndIsExplained() throws Exception {
    Crash crash = crash("swap", "-Xint");
    assertThat(explain(crash.log)).isZero();
    assertThat(out.toString())
        .startsWith("USE_AFTER_FREE: ")
        .contains("offset 16 of the freed " + crash.block)
        .contains("    at io.rmm.cli.programs.CrashProgram.swap");
  }

  @Test
  void aChecksumOfFreedMemoryKillsTheProcessAndIsExplained() throws Exception {
    Crash crash = crash("checksum");
    assertThat(explain(crash.log)).isZero();
    assertThat(out.toString())
        .startsWith("USE_AFTER_FREE: ")
        .contains("of the freed " + crash.block)
        .contains("    at io.rmm.cli.programs.CrashProgram.checksum");
  }

  @Test
  void aForeignCrashIsSaidToBeForeign() throws Exception {
    assertThat(explain(crash("foreign").log)).isEqualTo(3);
    assertThat(out.toString()).contains("foreign crash");
  }

  @Test
  void aLogThatIsCutOffAnywhereIsAnsweredAllTheSame() throws Exception {
    Crash crash = crash("overrun");
    String whole = Files.readString(crash.log, StandardCharsets.ISO_8859_1);
    int siginfo = whole.indexOf("\nsiginfo: ");
    int address = whole.indexOf('\n', siginfo + 1);
    int mappings = whole.indexOf("slots-");
    assertThat(mappings).isGreaterThan(address);
    int named = whole.indexOf('\n', mappings);
    Path part = directory.resolve("part.log");
    IntStream everywhere = IntStream.iterate(0, end -> end <= whole.length(), end -> end + 499);
    // The first digits of an address or a number are another one.
    IntStream inAddress = IntStream.rangeClosed(address - 20, address + 1);
    IntStream inNumber = IntStream.range(whole.indexOf("pid="), whole.indexOf("pid=") + 12);
    for (int end : IntStream.concat(everywhere, IntStream.concat(inAddress, inNumber)).toArray()) {
      Files.writeString(part, whole.substring(0, end), StandardCharsets.ISO_8859_1);
      int code = explain(part, "--slots", slots());
      assertThat(code).as("cut off at %d: %s", end, err).isEqualTo(end > address ? 0 : 1);
      if (code == 1) {
        assertThat(err.toString().lines()).singleElement().asString().startsWith("rmm: ");
      }
      assertThat(explain(part)).isEqualTo(end > named ? 0 : end > address ? 3 : 1);
    }
    // The whole log, and no file any more.
    try (Stream<Path> files = Files.list(slots())) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    assertThat(explain(crash.log, "--slots", slots())).isEqualTo(3);
    assertThat(out.toString()).contains("left no file of guarded blocks");
  }

  @Test
  void aFileOfAnEarlierProcessOfThatNumberIsNotBelieved() throws Exception {
    Crash crash = crash("overrun");
    String whole = Files.readString(crash.log, StandardCharsets.ISO_8859_1);
    // Without the list of mappings, which would name the file.
    Path part = directory.resolve("part.log");
    Files.writeString(part, whole.substring(0, whole.indexOf("\nDynamic libraries:")));
    assertThat(explain(part, "--slots", slots())).isZero();
    Path file;
    try (Stream<Path> files = Files.list(slots())) {
      file = files.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(24, header.getLong(24) - 3_600_000);
    Files.write(file, bytes);
    assertThat(explain(part, "--slots", slots())).isEqualTo(3);
    assertThat(err.toString()).contains("of another process");

    // What is cut off, or of another version, is one line.
    Files.write(file, new byte[100]);
    assertThat(explain(part, "--slots", slots())).isEqualTo(1);
    assertThat(err.toString()).contains("no file of guarded blocks");
  }

  @Test
  void oneOfTwoFilesThatCannotBeReadIsNoHindrance() throws Exception {
    Crash crash = crash("overrun");
    String log = Files.readString(crash.log, StandardCharsets.ISO_8859_1);
    Path file;
    try (Stream<Path> files = Files.list(slots())) {
      file = files.findFirst().orElseThrow();
    }
    // As of a second class loader's RMM, which had just begun.
    Path other =
        Files.createFile(
            file.resolveSibling(file.getFileName().toString().replace("-0.rmm", "-1.rmm")));
    Files.writeString(
        crash.log,
        log.replaceAll("(?m)^(.* rw-s .*)-0\\.rmm$", "$1-1.rmm\n$1-0.rmm"),
        StandardCharsets.ISO_8859_1);
    assertThat(explain(crash.log)).isZero();
    assertThat(out.toString()).startsWith("OVERRUN");
    assertThat(err.toString()).contains("rmm: " + other).contains("no file of guarded blocks");
    Files.delete(file);
    assertThat(explain(crash.log)).isEqualTo(1);
  }

  @Test
  void aLogOfManyFramesAndLongLinesIsRead() throws Exception {
    Crash crash = crash("overrun");
    String log = Files.readString(crash.log, StandardCharsets.ISO_8859_1);
    int frames = log.indexOf('\n', log.indexOf("\nNative frames:") + 1) + 1;
    Files.writeString(
        crash.log,
        log.substring(0, frames)
            + "C  [library.so+0x10]  recursive\n".repeat(50_000)
            + log.substring(frames)
            + "7f00-7f01 rw-s "
            + "/a".repeat(100_000)
            + "\n",
        StandardCharsets.ISO_8859_1);
    assertThat(explain(crash.log)).isZero();
    assertThat(out.toString()).contains("    at io.rmm.cli.programs.CrashProgram.main\n");
  }

  @Test
  void whatIsNoCrashLogIsOneLine() throws IOException {
    Path notes = Files.writeString(directory.resolve("notes.txt"), "SIGBUS");
    assertThat(explain(notes)).isEqualTo(1);
    assertThat(err.toString()).contains("is not a JVM's crash log");
    assertThat(explain(directory.resolve("missing"))).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains("missing");
  }
}
