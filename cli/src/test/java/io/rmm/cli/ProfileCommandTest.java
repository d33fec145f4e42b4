package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

@EnabledOnOs(OS.LINUX) // as TargetJvm
class ProfileCommandTest {

  private static final String SITE = "io.rmm.cli.programs.MemoryProgram.main(MemoryProgram.java:";

  private static TargetJvm jvm;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @BeforeAll
  static void start() throws IOException {
    jvm = TargetJvm.start(3);
  }

  @AfterAll
  static void end() {
    jvm.close();
  }

  @Test
  void printsWhoHoldsTheMemory() {
    assertThat(execute("--manager", "orders")).as("%s", err).isZero();
    assertThat(out.toString().lines().toList())
        .anySatisfy(
            line -> assertThat(line).startsWith("Live bytes, estimated from samples: 1.0 MiB"))
        .anySatisfy(
            line ->
                assertThat(line).matches(" +1\\.0 MiB .* 99\\.\\d% +\\Q" + SITE + "\\E\\d+\\)"));
  }

  @Test
  void tellsOfAllThatWasAllocated() {
    assertThat(execute("--manager", "orders", "--kind", "allocated", "--top", "1")).isZero();
    assertThat(out.toString())
        .startsWith("Allocated bytes, estimated from samples: ")
        .containsPattern("and \\d+ more sites");
  }

  @Test
  void aManagerWithoutBlocksHasNoSites() {
    assertThat(execute("--manager", "orders (2)")).isZero();
    assertThat(out)
        .hasToString(
            "Live bytes, estimated from samples: 0 B (0 B to 0 B) at 0 sites%n".formatted());
  }

  @Test
  void collapsedStacksGoToThePipe() {
    assertThat(execute("--manager", "orders", "--format", "collapsed")).isZero();
    assertThat(out.toString().lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).matches(".*MemoryProgram.* \\d+"));
  }

  @ParameterizedTest
  @CsvSource({
    "heap.pb.gz, io.rmm.cli.programs.MemoryProgram.main",
    "heap.collapsed, MemoryProgram.main",
    "heap.html, MemoryProgram.main",
    "heap.txt, MemoryProgram.main"
  })
  void theNameOfTheFileDecidesTheFormat(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    assertThat(execute("--manager", "orders", "-o", file.toString())).as("%s", err).isZero();
    assertThat(out).hasToString("Profile: %s%n".formatted(file));
    byte[] bytes = Files.readAllBytes(file);
    if (name.endsWith(".gz")) {
      try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        bytes = in.readAllBytes();
      }
    }
    assertThat(new String(bytes, StandardCharsets.UTF_8)).contains(content);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aFileThatIsThereIsWrittenOverOnlyWhenAsked() throws IOException {
    Path file = Files.writeString(folder.resolve("heap.txt"), "mine");
    assertThat(execute("--manager", "orders", "-o", file.toString())).isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).contains("is there already");
    assertThat(file).hasContent("mine");
    assertThat(execute("--manager", "orders", "-f", "-o", file.toString())).isZero();
    assertThat(Files.readString(file)).startsWith("Live bytes");
  }

  @Test
  void ofSeveralManagersOneMustBeChosen() {
    assertThat(execute()).isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).contains("choose with --manager from 'orders', 'orders (2)'");
  }

  @Test
  void aManagerThatIsNotThereIsSaidNotToBe() {
    assertThat(execute("--manager", "nobody")).isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).contains("no memory manager 'nobody', but 'orders', 'orders (2)'");
  }

  @Test
  void aJvmWithoutRmmIsSaidToHaveNone() throws IOException {
    try (TargetJvm other = TargetJvm.startWithoutViews()) {
      assertThat(commandLine.execute("profile", other.pid())).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err.toString()).contains("shows no memory manager in JMX");
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          -o heap                , the name heap does not say in which format: give --format too
          --format html          , `pprof and html are for files: give --output`
          -o x.html --kind live  , `--kind is for collapsed and text; pprof and html have both`
          --force                , --force is for --output
          --top 0                , --top must be 1 or more
          """)
  void wrongUsageIsOneLineThatSaysWhatToDo(String arguments, String message) {
    assertThat(execute(arguments.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err).hasToString("rmm: " + message + "; see 'rmm profile --help'%n".formatted());
  }

  private int execute(String... arguments) {
    List<String> line = new ArrayList<>(List.of("profile", jvm.pid()));
    line.addAll(Arrays.asList(arguments));
    return commandLine.execute(line.toArray(String[]::new));
  }
}
