package io.rmm.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class BenchTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    return Bench.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  @Test
  void namesRowsAndPeers() {
    assertThat(execute("--list", "--only", "churn|burst")).isZero();
    assertThat(out.toString())
        .contains(
            "churn  ",
            "burst  ",
            "netty-adaptive, netty-adaptive-traced, netty-adaptive-paranoid, netty-pooled")
        .doesNotContain("cross-thread");
  }

  @Test
  void refusesNamesThatItDoesNotKnow() {
    assertThat(execute("--list", "--only", "no such row")).isEqualTo(2);
    assertThat(err.toString()).contains("no such row");
    assertThat(execute("--list", "--peers", "rmm,tcmalloc")).isEqualTo(2);
    assertThat(err.toString()).contains("no peer is called 'tcmalloc'");
  }
}
