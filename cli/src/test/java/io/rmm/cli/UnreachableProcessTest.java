package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.rmm.cli.attach.TargetProcess;
import io.rmm.cli.programs.LookProgram;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Processes that cannot be attached to, or only in part: what is said, and that nothing hangs. */
@EnabledOnOs(OS.LINUX) // signals by name, /proc, and programs of util-linux
class UnreachableProcessTest {

  private static final String NOBODY = "65534";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

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

  /** The JDK asks by a file in the target's folder, and that one here does not answer. */
  @Test
  void anAttachThatFailsOrIsBrokenOffLeavesNoFile(@TempDir Path folder) throws Exception {
    try (TargetJvm jvm =
        TargetJvm.startIn(folder, "-XX:+DisableAttachMechanism", "-XX:-UsePerfData")) {
      Process command =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Rmm.class.getName(),
                  "top",
                  jvm.pid())
              .inheritIO()
              .start();
      try {
        await()
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(() -> assertThat(folder).isNotEmptyDirectory());
        assertThat(new ProcessBuilder("kill", "-INT", "" + command.pid()).start().waitFor())
            .isZero();
        assertThat(command.waitFor(1, TimeUnit.MINUTES)).isTrue();
      } finally {
        command.destroyForcibly();
      }
      assertThat(folder).isEmptyDirectory();

      assertRefused(Long.parseLong(jvm.pid()), "or hangs");
      assertThat(folder).isEmptyDirectory();
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
  void aJvmOfAnotherUserIsSaidToBe() throws Exception {
    assumeThat(succeeds("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"))
        .as("may be another user, who may read the class path")
        .isTrue();
    try (TargetJvm jvm = TargetJvm.start(0)) {
      Process command = new ProcessBuilder(asNobody(jvm.pid())).redirectErrorStream(true).start();
      String self = System.getProperty("user.name");
      assertThat(command.inputReader().readAllAsString())
          .contains("process " + jvm.pid() + " belongs to " + self + ", and this is ")
          .contains("'sudo -u " + self + "'");
    }
  }

  @Test
  @Tag("alone")
  void aJvmOfAnotherUserIsAskedOnlyIfThatIsWanted() throws Exception {
    String[] launcher = {"setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"};
    assumeThat(succeeds(launcher)).as("may be another user").isTrue();
    try (TargetJvm jvm = TargetJvm.startBy(launcher)) {
      assertThat(commandLine.execute("top")).isZero();
      assertThat(out.toString())
          .doesNotContainPattern("(?m)^ *" + jvm.pid() + " ")
          .containsPattern("JVMs of other users: [1-9]");
      assertThat(commandLine.execute("top", "--all")).isZero();
      assertThat(out.toString()).containsPattern("(?m)^ *" + jvm.pid() + " .* RMM: orders");
    }
  }

  private static String[] asNobody(String pid) {
    return new String[] {
      "setpriv",
      "--reuid=" + NOBODY,
      "--regid=" + NOBODY,
      "--clear-groups",
      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
      "-cp",
      TargetJvm.location(TargetProcess.class)
          + File.pathSeparator
          + TargetJvm.location(LookProgram.class),
      LookProgram.class.getName(),
      pid
    };
  }

  /** By trying, with a file of the class path. */
  private static boolean succeeds(String... launcher) throws IOException, InterruptedException {
    String file =
        Path.of(TargetJvm.location(LookProgram.class))
            .resolve(LookProgram.class.getName().replace('.', '/') + ".class")
            .toString();
    return new ProcessBuilder(
                Stream.concat(Stream.of(launcher), Stream.of("test", "-r", file)).toList())
            .start()
            .waitFor()
        == 0;
  }

  @Test
  void aJvmInAContainerIsSaidToBe() throws Exception {
    Process probe = new ProcessBuilder("unshare", "--net", "true").start();
    assumeThat(probe.waitFor()).as("may make a network namespace").isZero();
    try (TargetJvm jvm = TargetJvm.startBy("unshare", "--net")) {
      assertRefused(Long.parseLong(jvm.pid()), "nsenter --target " + jvm.pid() + " --net");
    }
  }

  /** There it is process 1, and goes by that number in the names of files. */
  @Test
  void aJvmWithANumberOfItsOwnIsShown() throws Exception {
    String[] launcher = {"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"};
    Process probe =
        new ProcessBuilder(Stream.concat(Stream.of(launcher), Stream.of("true")).toList()).start();
    assumeThat(probe.waitFor()).as("may make a namespace of processes").isZero();
    try (TargetJvm jvm = TargetJvm.startBy(launcher)) {
      assertThat(commandLine.execute("top", "--once", jvm.pid())).as("%s", err).isZero();
      assertThat(out.toString()).startsWith("process " + jvm.pid()).contains("orders: root/full");
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
