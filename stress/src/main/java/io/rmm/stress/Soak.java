package io.rmm.stress;

import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A long run of everything at once: platform and virtual threads that come and go, blocks of all
 * sizes and alignments, arenas of all kinds, budgets whose limits change, frees by others and by
 * address.
 *
 * <p>Every few seconds all work stops, and the manager must say exactly what its users hold. Once a
 * second the memory is sampled: resident bytes and the ladder. At the end the resident bytes of the
 * second half must be flat; see {@link Trend}. The first half is for the program to warm up in.
 * Where freed memory rests, all goes so slowly that the level of the load would decide: there it is
 * what is resident beyond the committed bytes, which are held to account at every quiet moment.
 *
 * <p>The load does nothing wrong, so that every report of its manager is a failure; see {@link
 * Alarms}.
 */
@Command(
    name = "soak",
    description = {
      "Runs a random mixed load for a long time, verifies contents and invariants, and fails unless"
          + " the resident memory is flat.",
      "Give the JVM a fixed and touched heap (-Xms512m -Xmx512m -XX:+AlwaysPreTouch), which is part"
          + " of what is resident."
    },
    mixinStandardHelpOptions = true)
final class Soak implements Callable<Integer> {

  /** Lines of threads, each of which is followed by the next when it dies. */
  private static final int PLATFORM_LINES = 4;

  private static final int VIRTUAL_LINES = 16;

  /** Time between two moments at which all is quiet. */
  private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(5);

  /** Every so many checks all is freed, and waited for the memory to go back by itself. */
  private static final int CHECKS_BETWEEN_LULLS = 12;

  @Option(
      names = "--for",
      converter = DurationConverter.class,
      defaultValue = "30m",
      description = "How long. Default: ${DEFAULT-VALUE}.")
  private Duration duration = Duration.ZERO;

  @Option(
      names = "--seed",
      description = "Decides what the threads do, though not in which order. Default: any.")
  private long seed = ThreadLocalRandom.current().nextLong();

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      defaultValue = "soak.csv",
      description = "Where the samples go. Default: ${DEFAULT-VALUE}.")
  private Path csv = Path.of("");

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      defaultValue = "soak.svg",
      description = "Where the plot goes. Default: ${DEFAULT-VALUE}.")
  private Path svg = Path.of("");

  @Mixin private Detectors detectors = new Detectors();

  private final Failures failures = new Failures();
  private final Alarms alarms = new Alarms();

  /** Made by picocli. */
  Soak() {}

  @Override
  public Integer call() throws Exception {
    System.out.println("seed " + seed);
    SoakSamples samples;
    try (MemoryManager manager =
        detectors.manager("soak", alarms).limits(BudgetLimits.hard(1L << 30)).build()) {
      SoakLoad load =
          new SoakLoad(manager, detectors.isQuarantining(), budgets(manager), seed, failures);
      samples = new SoakSamples(manager, load);
      try (var _ = detectors.keepSampling(manager)) {
        run(load, samples, manager);
        load.end();
      } finally {
        Files.writeString(csv, samples.csv());
        Files.writeString(svg, samples.plot(detectors.isQuarantining()));
      }
      failures.check();
      Quiet.checkEmpty(manager);
    }
    alarms.check();
    return judge(samples);
  }

  private static List<Budget> budgets(MemoryManager manager) {
    Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.hard(96 << 20));
    return List.of(
        manager.rootBudget(),
        tenant,
        tenant.child("cache", BudgetLimits.unlimited()),
        tenant.child("buffers", BudgetLimits.hard(16 << 20)),
        manager.rootBudget().child("other", BudgetLimits.unlimited()));
  }

  private void run(SoakLoad load, SoakSamples samples, MemoryManager manager) throws Exception {
    long start = System.nanoTime();
    long end = start + duration.toNanos();
    CountDownLatch ended = new CountDownLatch(PLATFORM_LINES + VIRTUAL_LINES);
    for (int i = 0; i < PLATFORM_LINES; i++) {
      load.start(Thread.ofPlatform().name("soak-", i), ended);
    }
    for (int i = 0; i < VIRTUAL_LINES; i++) {
      load.start(Thread.ofVirtual().name("soak-virtual-", i), ended);
    }
    long nextCheck = start + BETWEEN_CHECKS.toNanos();
    int checks = 0;
    while (System.nanoTime() < end && failures.isEmpty()) {
      TimeUnit.SECONDS.sleep(1);
      samples.take();
      alarms.look(manager.snapshot());
      if (System.nanoTime() > nextCheck) {
        checks++;
        load.whileQuiet(checks % CHECKS_BETWEEN_LULLS == 0, samples::take);
        nextCheck = System.nanoTime() + BETWEEN_CHECKS.toNanos();
      }
    }
    load.stop();
    ended.await();
    MemorySnapshot last = manager.snapshot();
    System.out.printf(
        "%,d allocations, %,d by others freed, %,d refused, %,d threads, %,d system calls, %d quiet"
            + " moments%n",
        last.allocations(),
        last.remoteFrees(),
        last.rejections(),
        load.threads(),
        last.systemCalls(),
        checks);
    System.out.println("arenas " + load.arenas());
    System.out.printf(
        "%,d frees looked at; %s; up to %,d bytes resting in a lull%n",
        last.frees(), alarms, load.mostResting());
  }

  private int judge(SoakSamples samples) {
    // A quarantine makes all so slow that random limits stay for minutes, and with them the level.
    Trend trend = samples.trend(detectors.isQuarantining());
    System.out.println(trend);
    return trend.isFlat() ? 0 : 1;
  }
}
