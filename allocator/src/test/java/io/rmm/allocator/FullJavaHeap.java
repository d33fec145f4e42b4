package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.List;

/** What tests of a full Java heap have in common. A {@link Ballast} is what fills it. */
final class FullJavaHeap {

  private FullJavaHeap() {}

  /**
   * Runs {@code mainClass} in a process with a small Java heap, until it has written {@code end}.
   */
  static void run(Class<?> mainClass, String end) throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(mainClass, List.of("-Xmx48m", "-XX:+UseSerialGC", "-Xlog:disable"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains(end);
  }

  /** Returns an engine that observes many blocks, and keeps exact accounts. */
  static Engine engine() {
    return new Engine(
        "full",
        PageSources.named("linux"),
        new Sampler(SafetyMode.STANDARD, 1 << 12),
        BudgetLimits.hard(1L << 30));
  }
}
