package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.List;

/** What tests of a full Java heap have in common. A {@link Ballast} is what fills it. */
final class FullJavaHeap {

  /** Tells the child the mode of its engine. */
  private static final String MODE = "rmm.test.mode";

  private FullJavaHeap() {}

  /**
   * Runs {@code mainClass} in a process with a small Java heap, until it has written {@code end}.
   */
  static void run(Class<?> mainClass, String end) throws Exception {
    run(mainClass, end, SafetyMode.STANDARD);
  }

  /** As {@link #run(Class, String)}, where {@link #engine} is in {@code mode}. */
  static void run(Class<?> mainClass, String end, SafetyMode mode) throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            mainClass,
            List.of("-Xmx48m", "-XX:+UseSerialGC", "-Xlog:disable", "-D" + MODE + "=" + mode));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains(end);
  }

  /**
   * Returns an engine that observes many blocks, and keeps exact accounts. Without guards, which
   * try for so much on the Java heap, and each time let the collector run, that they have a test of
   * their own.
   */
  static Engine engine() {
    SafetyMode mode = SafetyMode.valueOf(System.getProperty(MODE));
    return new Engine(
        "full",
        PageSources.named("linux"),
        new Sampler(mode, 1 << 12),
        BudgetLimits.hard(1L << 30),
        new Safety(mode, Safety.defaultActions(), Safety.defaultQuarantineBytes(mode), 0));
  }
}
