package io.rmm.agent.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.agent.AgentJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What programs do in a second without the agent and with it, by turns in one JVM.
 *
 * <p>JVMs of the same program differ by a third in what they do, with or without the agent: so what
 * is compared is the same JVM, in which the agent is ended and attached again. A block is four
 * windows of time: without, with, with, without. Their logarithms give one ratio, in which a
 * machine that steadily grows slower cancels. After each change of the agent there is a time that
 * does not count: code that calls what has changed is compiled anew.
 *
 * <p>The JVM begins with the agent, or it would not see functions that the program has linked
 * before. Each of their calls asks whether there is an agent, also when there is none.
 *
 * <p>It prints figures and judges none: they are the machine's as much as the agent's. The time of
 * processors for an operation scatters less than the operations in a second, which depend on what
 * else the machine does.
 *
 * <p>Settings: {@code rmm.programs} names the programs, joined by commas; {@code rmm.jvms} says how
 * many JVMs each has, one after another, {@code rmm.blocks} how many blocks there are in each, and
 * {@code rmm.seconds}, {@code rmm.settle} and {@code rmm.warmUp} how many seconds a window has, a
 * change, and the time before the first.
 */
@Tag("throughput")
class ThroughputTest {

  private static final int JVMS = Integer.getInteger("rmm.jvms", 2);
  private static final int BLOCKS = Integer.getInteger("rmm.blocks", 20);
  private static final Duration WINDOW = Duration.ofSeconds(Integer.getInteger("rmm.seconds", 5));
  private static final Duration SETTLE = Duration.ofSeconds(Integer.getInteger("rmm.settle", 6));
  private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("rmm.warmUp", 30));

  private static final String PROGRAMS =
      System.getProperty("rmm.programs", "netty-unpooled,netty-pooled,lucene,arrow-netty");

  /** Four windows. */
  private record Block(Work without, Work with, Work withAgain, Work withoutAgain) {

    /** The logarithm of how much more of something there is with the agent. */
    double logarithm(ToDoubleFunction<Work> what) {
      return (Math.log(what.applyAsDouble(with))
              + Math.log(what.applyAsDouble(withAgain))
              - Math.log(what.applyAsDouble(without))
              - Math.log(what.applyAsDouble(withoutAgain)))
          / 2;
    }
  }

  static List<String> programs() {
    return Arrays.asList(PROGRAMS.split(","));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void withoutTheAgentAndWithIt(String name) throws Exception {
    List<Block> blocks = new ArrayList<>();
    for (int jvm = 0; jvm < JVMS; jvm++) {
      run(Programs.named(name), blocks);
    }
    System.out.printf(
        "%s: in a second with the agent %s of that without, processor time of each %s%n",
        name, ratio(blocks, Work::rate), ratio(blocks, Work::nanosEach));
  }

  private static void run(Workload workload, List<Block> blocks) throws Exception {
    Launch launch = Launch.withAgent().and("-XX:+EnableDynamicAgentLoading"); // without a warning
    try (ProgramJvm program = workload.start(launch)) {
      Work _ = workload.load(program, WARM_UP);
      change(workload, program, "stop");
      for (int i = 0; i < BLOCKS; i++) {
        Work without = workload.load(program, WINDOW);
        change(workload, program, "");
        Work with = workload.load(program, WINDOW);
        Work withAgain = workload.load(program, WINDOW);
        change(workload, program, "stop");
        blocks.add(new Block(without, with, withAgain, workload.load(program, WINDOW)));
        print(workload, blocks.getLast());
      }
      change(workload, program, "");
      try (Answers answers = Answers.of(program)) {
        Work _ = workload.load(program, WINDOW);
        assertThat(answers.taken().keySet()).containsAll(workload.kinds());
      }
      assertThat(program.harm()).isEmpty();
    }
  }

  /** Attaches the agent, or ends it. */
  private static void change(Workload workload, ProgramJvm program, String options)
      throws Exception {
    AgentJvm.attach(program.pid(), options);
    Work _ = workload.load(program, SETTLE);
  }

  /** All that was measured, so that others may reckon with it in another way. */
  private static void print(Workload workload, Block block) {
    System.out.printf(
        "  %s: %s: %.1f %%, processor time of each %.1f %%%n",
        workload.name(),
        Stream.of(block.without, block.with, block.withAgain, block.withoutAgain)
            .map(work -> "%,.2f (%,.1f us)".formatted(work.rate(), work.nanosEach() / 1_000))
            .collect(Collectors.joining(", ")),
        100 * Math.exp(block.logarithm(Work::rate)),
        100 * Math.exp(block.logarithm(Work::nanosEach)));
  }

  private static Ratio ratio(List<Block> blocks, ToDoubleFunction<Work> what) {
    return Ratio.of(blocks.stream().map(block -> block.logarithm(what)).toList());
  }
}
