package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** What {@code rmm top} prints where there is no terminal, as in a test. */
@EnabledOnOs(OS.LINUX) // as TargetJvm
class TopCommandTest {

  private static TargetJvm jvm;

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
  void showsWhatARunningProgramHolds() {
    assertThat(commandLine.execute("top", "--once", jvm.pid())).as("%s", err).isZero();
    assertThat(out.toString().lines().toList())
        .anySatisfy(line -> assertThat(line).startsWith("process " + jvm.pid()))
        .anySatisfy(line -> assertThat(line).matches("orders +1\\.0 MiB .* 0 +1 +none"))
        .anySatisfy(line -> assertThat(line).matches("orders \\(2\\) +0 B .*"))
        .anySatisfy(line -> assertThat(line).contains("misuse   orders: DOUBLE_FREE 1; last "))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("orders: root/full \"quoted\",*=?")
                    .contains("[##########]100%"))
        .anySatisfy(line -> assertThat(line).matches("orders: root/tenant-2 +1\\.0 KiB .*"))
        .anySatisfy(line -> assertThat(line).contains("MemoryProgram.main(MemoryProgram.java:"));
  }

  @Test
  void printsOnceWhereThereIsNoTerminal() {
    assertThat(commandLine.execute("top", jvm.pid())).as("%s", err).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("process " + jvm.pid())))
        .hasSize(1);
  }

  /** The names are not of RMM's making, which refuses such: anybody may register beans. */
  @Test
  void namesCannotSteerTheTerminalNorFillIt() throws Exception {
    try (TargetJvm forger = TargetJvm.startWithForgedBeans()) {
      assertThat(commandLine.execute("top", forger.pid())).as("%s", err).isZero();
      assertThat(out.toString()).contains("?[31mred", "xxx?[2J?]0;mine??", "b?kwards");
      assertThat(commandLine.execute("profile", forger.pid())).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err.toString()).contains("'?[31mred'");
      assertThat((out.toString() + err).lines())
          .allSatisfy(
              line ->
                  assertThat(line).doesNotContainPattern("[\\p{Cc}\\p{Cf}]").hasSizeLessThan(400));
    }
  }

  @Test
  void aSecondReadingHasRates() {
    assertThat(commandLine.execute("top", "-n", "2", "--every", "100ms", jvm.pid())).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("orders: root/waiting")))
        .hasSize(2)
        .last()
        .asString()
        .matches(".* none +[1-9][\\d,]* +0");
  }

  @Test
  void ofThousandsOfBudgetsShowsTheLargest() throws Exception {
    try (TargetJvm large = TargetJvm.start(4_000)) {
      // The beans follow the program, not at once.
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                out.getBuffer().setLength(0);
                assertThat(commandLine.execute("top", "--once", "--budgets", "3", large.pid()))
                    .isZero();
                assertThat(out.toString()).contains("3 of 4,004 budgets, by used");
              });
      assertThat(out.toString().lines().filter(line -> line.startsWith("orders: root")))
          .hasSize(3)
          .anySatisfy(line -> assertThat(line).startsWith("orders: root/full"))
          // The last few have the largest blocks.
          .anySatisfy(line -> assertThat(line).matches("orders: root/tenant-3\\d{3} .*"));
    }
  }

  @Test
  @Tag("alone")
  void withoutANumberListsTheJvms() throws Exception {
    try (TargetJvm other = TargetJvm.startWithoutViews()) {
      assertThat(commandLine.execute("top")).isZero();
      assertThat(out.toString().lines().toList())
          .anySatisfy(
              line -> assertThat(line).contains(jvm.pid()).contains("RMM: orders, orders (2)"))
          .anySatisfy(line -> assertThat(line).contains(other.pid()).contains("no RMM"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          abc             , `Invalid value for positional parameter at index 0 (PID): 'abc' is no process number; 'rmm top' lists the JVMs with theirs`
          -x              , Unknown option: '-x'
          0               , `Invalid value for positional parameter at index 0 (PID): '0' is no process number; 'rmm top' lists the JVMs with theirs`
          1 --every 0s    , --every must be 100ms or more
          1 -n 0          , -n must be 1 or more
          1 --once -n 2   , --once and -n exclude each other
          1 --budgets 0   , --budgets must be 1 or more
          --once          , Missing PID
          1 --all         , `--all is for the list, without PID`
          """)
  void wrongUsageIsOneLineThatSaysWhatToDo(String arguments, String message) {
    assertThat(commandLine.execute(("top " + arguments).split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err).hasToString("rmm: " + message + "; see 'rmm top --help'%n".formatted());
  }
}
