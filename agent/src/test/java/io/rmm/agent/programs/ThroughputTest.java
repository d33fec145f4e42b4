package io.rmm.agent.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What programs do in a second without the agent and with it, by turns, each time in a new JVM.
 *
 * <p>It prints figures and judges none: they are the machine's as much as the agent's. The time of
 * processors for an operation scatters less than the operations in a second, which depend on what
 * else the machine does.
 *
 * <p>Settings: {@code rmm.programs} names the programs, joined by commas; {@code rmm.pairs} says
 * how often each is run both ways, {@code rmm.seconds} for how long, {@code rmm.warmUp} how many
 * seconds before.
 */
@Tag("throughput")
class ThroughputTest {

  private static final int PAIRS = Integer.getInteger("rmm.pairs", 5);
  private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("rmm.seconds", 10));

  /** Before what is measured, in the same JVM, which is to have compiled all of it by then. */
  private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("rmm.warmUp", 20));

  /** One run. */
  private record Run(double rate, double nanosEach) {}

  private static final String PROGRAMS =
      System.getProperty("rmm.programs", "netty-unpooled,netty-pooled,lucene,arrow-netty");

  static List<String> programs() {
    return Arrays.asList(PROGRAMS.split(","));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void withoutTheAgentAndWithIt(String name) throws Exception {
    List<Run> without = new ArrayList<>();
    List<Run> with = new ArrayList<>();
    for (int pair = 0; pair < PAIRS; pair++) {
      // Which is first changes, so that a machine that grows slower favours none.
      if (pair % 2 == 0) {
        without.add(run(name, Launch.plain()));
        with.add(run(name, Launch.withAgent()));
      } else {
        with.add(run(name, Launch.withAgent()));
        without.add(run(name, Launch.plain()));
      }
    }
    print(name, without, with);
    assertThat(with).allSatisfy(run -> assertThat(run.rate).isPositive());
  }

  private static Run run(String name, Launch launch) throws Exception {
    Workload workload = Programs.named(name);
    try (ProgramJvm program = workload.start(launch)) {
      if (workload.lasts()) {
        workload.load(program, WARM_UP);
      }
      Duration before = program.processorTime();
      long begin = System.nanoTime();
      double rate = workload.load(program, TIME);
      double seconds = (System.nanoTime() - begin) / 1e9;
      Duration spent = program.processorTime().minus(before);
      // What does not last does the same in each run, so the whole of it is one operation.
      return new Run(rate, spent.toNanos() / (workload.lasts() ? rate * seconds : 1));
    }
  }

  private static void print(String name, List<Run> without, List<Run> with) {
    List<Double> ratios = new ArrayList<>();
    for (int pair = 0; pair < without.size(); pair++) {
      ratios.add(100 * with.get(pair).rate / without.get(pair).rate);
    }
    double off = median(without.stream().map(Run::rate).toList());
    double on = median(with.stream().map(Run::rate).toList());
    double costOff = median(without.stream().map(Run::nanosEach).toList());
    double costOn = median(with.stream().map(Run::nanosEach).toList());
    System.out.printf(
        "%s: %,.0f a second without, %,.0f with: %.1f %% (pairs: %s)%n"
            + "  processor time each: %,.0f ns without, %,.0f ns with: %.1f %%%n",
        name,
        off,
        on,
        100 * on / off,
        String.join(" ", ratios.stream().map("%.1f"::formatted).toList()),
        costOff,
        costOn,
        100 * costOn / costOff);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
