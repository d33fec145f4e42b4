package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command does with input and output that it cannot use. */
class ReportCommandTest {

  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aMissingFileIsOneLineAndNothingIsLeftBehind() {
    assertThat(report(directory.resolve("no.jfr"))).isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("rmm: ")
        .endsWith("no.jfr does not exist: give the path of a .jfr file.");
    assertThat(directory).isEmptyDirectory();
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aForeignFileIsOneLine() throws IOException {
    Path foreign = Files.writeString(directory.resolve("notes.txt"), "Not a recording.");

    assertThat(report(foreign)).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains("not a Flight Recorder");
    assertThat(directory.toFile().list()).containsExactly("notes.txt");
  }

  @Test
  void aRecordingWithoutOwnEventsIsOneLine() throws IOException {
    Path recording = recordNothing();

    assertThat(report(recording)).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains("has no RMM events");
    assertThat(directory.toFile().list()).containsExactly("nothing.jfr");
  }

  @Test
  void aRecordingThatIsCutShortIsOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(recordNothing());
    Path part = directory.resolve("part.jfr");
    Files.write(part, Arrays.copyOf(whole, whole.length / 2));

    assertThat(report(part)).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains("is cut short");
  }

  @Test
  void noFileIsAUsageError() {
    assertThat(execute("report")).isEqualTo(2);
    assertThat(err.toString()).startsWith("rmm: Missing required parameter: 'FILE'");
  }

  @Test
  void anUnknownOptionIsAUsageError() {
    assertThat(execute("report", "y.jfr", "--pdf")).isEqualTo(2);
    assertThat(err.toString()).startsWith("rmm: Unknown option: '--pdf'");
  }

  @Test
  void oneFileForTwoThingsIsAUsageError() {
    assertThat(execute("report", "a.jfr", "--html", "./a.jfr")).isEqualTo(2);
    assertThat(execute("report", "a.jfr", "--html", "x", "--json", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("must be different files");
  }

  private int report(Path file) {
    return execute("report", file.toString());
  }

  private int execute(String... arguments) {
    CommandLine command =
        Rmm.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  private Path recordNothing() throws IOException {
    Path file = directory.resolve("nothing.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      recording.stop();
      recording.dump(file);
    }
    return file;
  }
}
