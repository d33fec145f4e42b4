package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The agent in a program that has none of RMM's views. */
class AttachCommandTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Rmm.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

  @Test
  void theAgentIsPutInAndTakenOut() throws Exception {
    try (TargetJvm jvm = TargetJvm.startWithoutViews()) {
      String pid = jvm.pid();
      assertThat(commandLine.execute("attach", pid)).as(err.toString()).isZero();
      assertThat(out.toString())
          .contains("The agent counts the off-heap memory that process " + pid);

      assertThat(commandLine.execute("attach", pid)).isEqualTo(1);
      assertThat(err.toString()).contains("the agent is in process " + pid + " already");

      out.getBuffer().setLength(0);
      assertThat(commandLine.execute("top", pid)).isZero();
      assertThat(out.toString()).contains("jvm ");

      assertThat(commandLine.execute("attach", "--stop", pid)).isZero();
      assertThat(commandLine.execute("attach", "--stop", pid)).as("there is none").isZero();
      assertThat(commandLine.execute("profile", pid)).isEqualTo(1);
      assertThat(err.toString()).contains("shows no memory manager in JMX");
    }
  }

  @Test
  void whyItDoesNotRunIsTold() throws Exception {
    try (TargetJvm jvm = TargetJvm.startWithoutViews()) {
      assertThat(commandLine.execute("attach", "--otlp", "host:4318", jvm.pid())).isEqualTo(1);
      assertThat(err.toString())
          .contains(
              "does not run in process "
                  + jvm.pid()
                  + ": not started: the option 'otlp' is an address");
      assertThat(commandLine.execute("attach", jvm.pid())).as("it can be put in then").isZero();
    }
  }

  @Test
  void theAgentIsToldWhereToSendTelemetry() throws Exception {
    CountDownLatch events = new CountDownLatch(1);
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/v1/logs",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, -1);
            events.countDown();
          }
        });
    receiver.start();
    try (TargetJvm jvm = TargetJvm.startWithoutViews()) {
      String address = "http://127.0.0.1:" + receiver.getAddress().getPort();
      assertThat(
              commandLine.execute(
                  "attach", "--otlp", address, "--opentelemetry", "--micrometer", jvm.pid()))
          .as(err.toString())
          .isZero();
      assertThat(events.await(1, TimeUnit.MINUTES)).as("the start is told").isTrue();
    } finally {
      receiver.stop(0);
    }
  }

  @Test
  void settingsAreNotForAnEnd() throws Exception {
    assertThat(commandLine.execute("attach", "--stop", "--limit", "1m", "1")).isEqualTo(2);
    assertThat(err.toString()).contains("--stop is for an agent that has settings");
  }

  @Test
  void aProgramEndsWithItsOwnExitCode() {
    assertThat(commandLine.execute("run", "--", "sh", "-c", "exit 7")).isEqualTo(7);
    assertThat(commandLine.execute("run", "--", "no-such-program")).isEqualTo(1);
    assertThat(err.toString()).contains("no-such-program");
  }
}
