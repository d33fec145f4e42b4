package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rmm top} by way of {@code script}, which gives the command a terminal. */
@EnabledOnOs(OS.LINUX) // programs of util-linux, as TargetJvm
class TopOnTerminalTest {

  private static final String CTRL_C = "\u0003";
  private static final String CTRL_Z = "\u001a";

  private static TargetJvm jvm;

  @BeforeAll
  static void start() throws IOException {
    jvm = TargetJvm.start(0);
  }

  @AfterAll
  static void end() {
    jvm.close();
  }

  /** However it is ended, and although the user has tried to leave it half drawn. */
  @ParameterizedTest
  @ValueSource(strings = {"q", CTRL_C, CTRL_Z + "q"})
  void drawsUntilAKeyEndsItAndLeavesTheTerminalAsItWas(String keys) throws Exception {
    try (Session session = new Session("")) {
      session.awaitDrawn("q quit", "root/waiting");
      session.process.outputWriter().append(keys).flush();
      session.assertEndedInOrder();
    }
  }

  @Test
  void aSignalEndsItAndLeavesTheTerminalAsItWas() throws Exception {
    try (Session session = new Session("")) {
      session.awaitDrawn("q quit");
      ProcessHandle java =
          session
              .process
              .descendants()
              .filter(child -> child.info().command().orElse("").endsWith("/java"))
              .findFirst()
              .orElseThrow();
      assertThat(java.destroy()).isTrue(); // SIGTERM
      session.assertEndedInOrder();
    }
  }

  @Test
  void asMuchIsDrawnAsFits() throws Exception {
    try (Session session = new Session("stty cols 9 rows 3; ")) {
      session.awaitDrawn("q quit");
      session.process.outputWriter().append('q').flush();
      session.assertEndedInOrder();
    }
  }

  /** The command on a terminal, whose settings are printed after its end. */
  private static final class Session implements AutoCloseable {

    private final Process process;
    private final StringWriter screen = new StringWriter(); // which may be read while it is written
    private final Thread collector;

    /** Starts it, after what is to be done before. */
    Session(String before) throws IOException {
      String java =
          String.join(
              " ",
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              "\"$CLASS_PATH\"",
              Rmm.class.getName());
      String line = before + java + " top " + jvm.pid() + "; code=$?; stty -a; exit $code";
      ProcessBuilder script =
          new ProcessBuilder("script", "--quiet", "--return", "--command", line, "/dev/null");
      script.environment().put("CLASS_PATH", System.getProperty("java.class.path"));
      script.environment().put("TERM", "xterm-256color");
      process = script.start();
      collector = Thread.ofVirtual().start(this::collect);
    }

    private void collect() {
      try (var reader = process.inputReader()) {
        reader.transferTo(screen);
      } catch (IOException e) {
        screen.append(e.toString());
      }
    }

    void awaitDrawn(String... texts) {
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(screen.toString()).contains(texts));
    }

    void assertEndedInOrder() throws InterruptedException {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("%s", screen).isTrue();
      collector.join();
      assertThat(process.exitValue()).as("%s", screen).isZero();
      // The screen of before is shown again, with its cursor, and keys are lines and signals again.
      // stty's lines are as long as the terminal is wide.
      assertThat(screen.toString().replaceAll("\\s+", " "))
          .containsSubsequence(
              List.of("\u001b[?1049h", "\u001b[?1049l", " isig icanon iexten echo "));
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
