package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What tests of a full Java heap have in common. A {@link Ballast} is what fills it.
 *
 * <p>Nearly all their time goes into collections, of which each error takes several. So the build
 * tries some of the positions at which room can end, from another one on each time: a failure tells
 * it, and {@code -Drmm.test.first=...} begins there again. {@code -Drmm.test.positions=4} tries
 * four times as many, which is all of them.
 */
final class FullJavaHeap {

  /** How many times as much is tried as in the build. */
  static final int POSITIONS = Integer.getInteger("rmm.test.positions", 1);

  /** From where on they are counted. */
  static final int FIRST =
      Integer.getInteger("rmm.test.first", ThreadLocalRandom.current().nextInt(1_000));

  /** A small heap, and collections that take little and find what room there is. */
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx24m",
          "-XX:+UseSerialGC",
          // Else three of four collections leave gaps, and another one has to find the last room.
          "-XX:MarkSweepAlwaysCompactCount=1",
          // An eighth of each collection, and there is nothing to unload.
          "-XX:-ClassUnloading",
          "-Xlog:disable",
          "-Drmm.test.positions=" + POSITIONS,
          "-Drmm.test.first=" + FIRST);

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
    run(mainClass, end, "-D" + MODE + "=" + mode);
  }

  /** Likewise, with an option more. */
  static void run(Class<?> mainClass, String end, String option) throws Exception {
    List<String> options = new ArrayList<>(OPTIONS);
    options.add(option);
    ChildJvm.Result result = ChildJvm.run(mainClass, options);
    assertThat(result.exitCode()).as("-Drmm.test.first=%d: %s", FIRST, result.output()).isZero();
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
