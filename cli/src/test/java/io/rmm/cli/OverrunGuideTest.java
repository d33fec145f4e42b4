package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Does what the guide to an overrun in a C library tells to do, and sees what it shows. */
class OverrunGuideTest {

  private static final Path FOLDER = Path.of("..", "docs", "guide");
  private static final Path PROGRAM = FOLDER.resolve("Pages.java");

  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path directory;

  @BeforeAll
  static void theLibraryIsThere() {
    assumeThat(hasZlib()).as("libz.so.1 can be loaded").isTrue();
  }

  @SuppressWarnings("restricted")
  private static boolean hasZlib() {
    try (Arena arena = Arena.ofConfined()) {
      return SymbolLookup.libraryLookup("libz.so.1", arena).find("compress").isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String guide() throws IOException {
    return Files.readString(FOLDER.resolve("overrun.md"));
  }

  /** Runs the program as the guide does; returns what it prints. */
  private String run(boolean isToDie, String... options) throws Exception {
    // As the guide writes it.
    assertThat(guide()).contains(String.join(" ", options));
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:TieredStopAtLevel=1",
                "-Drmm.guard.dir=" + directory.resolve("slots"),
                "-cp",
                System.getProperty("java.class.path")));
    line.addAll(List.of(options));
    line.add(PROGRAM.toAbsolutePath().toString());
    Path output = directory.resolve("output.txt");
    Process process =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String printed = Files.readString(output);
    assertThat(ended).as(printed).isTrue();
    assertThat(process.exitValue() != 0).as(printed).isEqualTo(isToDie);
    return printed;
  }

  /** What differs from run to run, and between machines, is made alike. */
  private static String stable(String text) {
    return text.replaceAll("\\s+", " ")
        .replaceAll("block \\d+", "block N")
        .replaceAll("pid\\d+", "pidN")
        .replaceAll("process \\d+", "process N")
        .replaceAll("0x[0-9a-f]+", "0xN")
        .replaceAll("\\d{4}-\\d{2}-\\d{2}T[0-9:.]+Z", "TIME")
        // The C library's own part of it, or zlib's.
        .replaceAll("\\[lib[^]]+]", "[library]")
        .replaceAll("\\d+ bytes after", "N bytes after")
        // One byte in 256 is what stood there before.
        .replaceAll("\\d+ bytes were", "N bytes were")
        .replaceAll("from its byte \\d+ on", "from its byte N on")
        .strip();
  }

  private static void assertThatTheGuideShows(String line) throws IOException {
    assertThat(stable(guide())).contains(stable(line));
  }

  @Test
  void theGuideShowsTheProgramAsItIs() throws Exception {
    assertThat(guide()).contains("```java\n" + Files.readString(PROGRAM) + "```");
  }

  @Test
  void inTheDefaultModeTheBlockIsReportedWhenItIsFreed() throws Exception {
    String printed = run(false);
    assertThat(printed)
        .startsWith("a page of text is packed\nOVERRUN: ")
        .contains("block ")
        .contains(" of 4096 bytes in a slot of 4112, budget root/packed")
        .contains("found at Pages.main(Pages.java:")
        .endsWith("\na page of a photo is packed\n")
        .doesNotContain("allocated at");
    assertThatTheGuideShows(printed);
  }

  @Test
  void observedItIsReportedWithTheLineThatAllocatedIt() throws Exception {
    String printed = run(false, "-Drmm.safety=paranoid", "-Drmm.guard.budget=0");
    assertThat(printed).contains("allocated at " + allocation() + " by thread main");
    assertThatTheGuideShows(printed);
  }

  @Test
  void guardedTheProcessDiesAndTheCrashIsExplained() throws Exception {
    String printed = run(true, "-Drmm.safety=paranoid");
    assertThat(printed).startsWith("a page of text is packed\n#\n").contains("SIGBUS");

    Path log;
    try (Stream<Path> files = Files.list(directory)) {
      log =
          files
              .filter(file -> file.getFileName().toString().startsWith("hs_err_pid"))
              .findFirst()
              .orElseThrow(() -> new AssertionError(printed));
    }
    StringWriter out = new StringWriter();
    CommandLine command = Rmm.commandLine().setOut(new PrintWriter(out, true));
    assertThat(command.execute("explain", log.toString())).isZero();
    assertThat(out.toString())
        .containsPattern("went to memory \\d+ bytes after the end of block \\d+\\.")
        .contains("    at " + allocation() + "\n");
    if (out.toString().startsWith("OVERRUN: a write")) {
      assertThatTheGuideShows(out.toString());
    } else {
      assertThat(Files.readString(log)).as("tells a read from a write").doesNotContain("TRAPNO=");
    }
  }

  /** Where the program allocates the block. */
  private static String allocation() throws IOException {
    List<String> lines = Files.readAllLines(PROGRAM);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(".allocate(PAGE)")) {
        return "Pages.pack(Pages.java:" + (i + 1) + ")";
      }
    }
    throw new AssertionError("the program allocates no block");
  }
}
