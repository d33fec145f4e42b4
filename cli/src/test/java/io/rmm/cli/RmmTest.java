package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RmmTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void helpNamesTheCommand() {
    assertThat(commandLine.execute("--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: rmm ");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void versionIsPrinted() {
    assertThat(commandLine.execute("--version")).isZero();
    assertThat(out.toString()).startsWith("rmm ");
  }

  @Test
  void noCommandIsAUsageError() {
    assertThat(commandLine.execute()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err).hasToString("rmm: Missing command; see 'rmm --help'%n".formatted());
  }
}
