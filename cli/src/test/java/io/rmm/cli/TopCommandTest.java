package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

@EnabledOnOs(OS.LINUX) // signals by name, /proc, and programs of util-linux
class TopCommandTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void showsWhatARunningProgramHolds() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(3)) {
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
  }

  @Test
  void aSecondReadingHasRates() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0)) {
      assertThat(commandLine.execute("top", "-n", "2", "--every", "100ms", jvm.pid())).isZero();
      assertThat(out.toString().lines().filter(line -> line.startsWith("orders: root/waiting")))
          .hasSize(2)
          .last()
          .asString()
          .matches(".* none +[1-9][\\d,]* +0");
    }
  }

  @Test
  void ofThousandsOfBudgetsShowsTheLargest() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(4_000)) {
      // The beans follow the program, not at once.
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                out.getBuffer().setLength(0);
                assertThat(commandLine.execute("top", "--once", "--budgets", "3", jvm.pid()))
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
  void withoutANumberListsTheJvms() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0);
        TargetJvm other = TargetJvm.startWithoutViews()) {
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
          """)
  void wrongUsageIsOneLineThatSaysWhatToDo(String arguments, String message) {
    assertThat(commandLine.execute(("top " + arguments).split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err).hasToString("rmm: " + message + "; see 'rmm top --help'%n".formatted());
  }

  @Test
  void aProcessThatHasEndedIsSaidToBeNone() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    assertRefused(process.pid(), "there is no process " + process.pid());
  }

  @Test
  void aProcessThatIsNoJvmIsNotSentASignal() throws Exception {
    Process process = new ProcessBuilder("sleep", "600").start();
    try {
      // Until the shell's image has been replaced.
      await().until(() -> process.info().command().orElse("").endsWith("sleep"));
      assertRefused(process.pid(), "process " + process.pid() + " (sleep) is no JVM");
      assertThat(process.isAlive()).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void itselfIsRefused() {
    assertRefused(ProcessHandle.current().pid(), "is this very command");
  }

  @Test
  void aThreadIsSaidToBeOne() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0);
        Stream<Path> threads = Files.list(Path.of("/proc", jvm.pid(), "task"))) {
      String thread =
          threads
              .map(path -> String.valueOf(path.getFileName()))
              .filter(id -> !id.equals(jvm.pid()))
              .findFirst()
              .orElseThrow();
      assertRefused(Long.parseLong(thread), thread + " is a thread of process " + jvm.pid());
    }
  }

  @Test
  void aJvmWithoutRmmIsSaidToHaveNone() throws Exception {
    try (TargetJvm jvm = TargetJvm.startWithoutViews()) {
      assertRefused(Long.parseLong(jvm.pid()), "shows no memory manager in JMX");
    }
  }

  @Test
  void aJvmThatForbidsAttachingIsSaidToDoSo() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0, "-XX:+DisableAttachMechanism")) {
      assertRefused(Long.parseLong(jvm.pid()), "-XX:+DisableAttachMechanism");
    }
  }

  @Test
  void aStoppedJvmIsSaidToBeStopped() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0)) {
      jvm.signal("STOP");
      assertRefused(Long.parseLong(jvm.pid()), "'kill -CONT " + jvm.pid() + "'");
      jvm.signal("CONT");
      assertThat(commandLine.execute("top", "--once", jvm.pid())).isZero();
    }
  }

  @Test
  void aProcessOutOfReachIsSaidToBe() {
    assumeThat(canRead(Path.of("/proc/1/maps"))).as("may look into process 1").isFalse();
    assertThat(commandLine.execute("top", "1")).isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString())
        .containsPattern("belongs to root, and this is|does not let itself be looked into");
  }

  @Test
  void aJvmInAContainerIsSaidToBe() throws Exception {
    Process probe = new ProcessBuilder("unshare", "--net", "true").start();
    assumeThat(probe.waitFor()).as("may make a network namespace").isZero();
    try (TargetJvm jvm = TargetJvm.startBy("unshare", "--net")) {
      assertRefused(Long.parseLong(jvm.pid()), "nsenter --target " + jvm.pid() + " --net");
    }
  }

  @Test
  void theEndOfTheWatchedProgramEndsTheCommand() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0)) {
      CompletableFuture<Integer> exitCode = watch(jvm);
      jvm.signal("KILL");
      assertThat(exitCode.get(1, TimeUnit.MINUTES)).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err).hasToString("rmm: process %s has ended%n".formatted(jvm.pid()));
    }
  }

  @Test
  void aJvmThatIsStoppedWhileItIsWatchedIsNotWaitedForLong() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0)) {
      CompletableFuture<Integer> exitCode = watch(jvm);
      jvm.signal("STOP");
      assertThat(exitCode.get(1, TimeUnit.MINUTES)).isEqualTo(ExitCode.SOFTWARE);
      assertThat(err.toString()).contains("process " + jvm.pid() + " is stopped by a signal");
    }
  }

  /** Returns when something has been shown. */
  private CompletableFuture<Integer> watch(TargetJvm jvm) {
    CompletableFuture<Integer> exitCode =
        CompletableFuture.supplyAsync(
            () -> commandLine.execute("top", "--batch", "--every", "100ms", jvm.pid()));
    await().until(() -> out.toString().contains("orders: root"));
    return exitCode;
  }

  /** By way of {@code script}, which gives the command a terminal. */
  @Test
  void onATerminalDrawsUntilQIsPressed() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0)) {
      Process process = onTerminal("top", jvm.pid());
      StringWriter screen = new StringWriter(); // which may be read while it is written
      Thread collector = Thread.ofVirtual().start(() -> collect(process, screen));
      try {
        await()
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(() -> assertThat(screen.toString()).contains("q quit", "root/waiting"));
        process.outputWriter().append('q').flush();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        collector.join();
        assertThat(process.exitValue()).isZero();
        // The screen of before is shown again, with its cursor.
        assertThat(screen.toString()).containsSubsequence("\u001b[?1049h", "\u001b[?1049l");
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static void collect(Process process, StringWriter screen) {
    try (var reader = process.inputReader()) {
      reader.transferTo(screen);
    } catch (IOException e) {
      screen.append(e.toString());
    }
  }

  private static Process onTerminal(String... arguments) throws IOException {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            "\"$CLASS_PATH\"",
            Rmm.class.getName());
    String line = String.join(" ", java) + " " + String.join(" ", arguments);
    ProcessBuilder script =
        new ProcessBuilder("script", "--quiet", "--return", "--command", line, "/dev/null");
    script.environment().put("CLASS_PATH", System.getProperty("java.class.path"));
    script.environment().put("TERM", "xterm-256color");
    return script.start();
  }

  /** By trying, since the rights of the file do not tell. */
  private static boolean canRead(Path file) {
    try (var in = Files.newInputStream(file)) {
      return in.read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void assertRefused(long pid, String message) {
    assertThat(commandLine.execute("top", "--once", Long.toString(pid)))
        .isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).startsWith("rmm: ").contains(message);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }
}
