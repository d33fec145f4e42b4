package io.rmm.stress;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * As many operations as possible that do nothing wrong, while the detectors look on: no report of
 * any kind may come.
 *
 * <p>Every block is written full, which a canary or a guard in the wrong place would notice. A
 * quarter are closed at once, where the JIT may do without the handle and the collector might take
 * a block for lost that is being freed; an eighth are handed over, mostly to another thread; the
 * others stand in a ring for some thousand pairs. What is more varied is the {@link Soak}'s.
 */
@Command(
    name = "false-alarms",
    description = {
      "Allocates, fills and frees blocks as fast as it can, and fails if any misuse or leak is"
          + " reported."
    },
    mixinStandardHelpOptions = true)
final class FalseAlarms implements Callable<Integer> {

  /** Blocks that a thread holds: enough for those of all sizes to fill pages. A power of two. */
  private static final int RING = 4_096;

  /** Blocks that are handed over at a time. */
  private static final int PARCEL = 64;

  /** Parcels that wait; so that threads which share a processor free each other's, too. */
  private static final int PARCELS = 256;

  /** Most blocks are shorter than 2 to the power of one less: half a page of the machine. */
  private static final int SIZES = 12;

  /** One in so many pairs is of up to {@link #MOST_LARGE_BYTES}; a round. */
  private static final int LARGE_EVERY = RING;

  /** Beyond the classes whose slots have a canary at their end, and share a page. */
  private static final int MOST_LARGE_BYTES = 256 << 10;

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  @Option(
      names = "--operations",
      defaultValue = "1000000000",
      description = "How many; an allocation and its free are two. Default: ${DEFAULT-VALUE}.")
  private long operations;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "How many threads share them. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private Detectors detectors = new Detectors();

  private final Failures failures = new Failures();

  /** Made by picocli. */
  FalseAlarms() {}

  @Override
  public Integer call() throws Exception {
    if (threads < 1 || operations < 2L * threads) {
      throw new ParameterException(
          spec.commandLine(), "each of 1 or more threads needs 2 operations or more");
    }
    long start = System.nanoTime();
    Alarms alarms = new Alarms();
    MemorySnapshot end;
    try (MemoryManager manager = detectors.manager("false-alarms", alarms).build()) {
      try (var _ = detectors.keepSampling(manager)) {
        run(manager, alarms);
      }
      failures.check();
      end = manager.snapshot();
      Quiet.checkEmpty(manager);
    }
    alarms.check();
    System.out.printf(
        "%,d operations in %.1f s, %,d blocks freed by others, no alarm%n",
        end.allocations() + end.frees(), (System.nanoTime() - start) / 1e9, end.remoteFrees());
    System.out.println(alarms);
    return 0;
  }

  private void run(MemoryManager manager, Alarms alarms) throws InterruptedException {
    BlockingQueue<@Nullable Block[]> parcels = new ArrayBlockingQueue<>(PARCELS);
    List<Thread> alive = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Worker worker = new Worker(manager, parcels, i);
      alive.add(Thread.ofPlatform().name("false-alarms-", i).start(worker));
    }
    for (Thread thread : alive) {
      while (!thread.join(BETWEEN_LOOKS)) {
        alarms.look(manager.snapshot());
      }
    }
    parcels.forEach(FalseAlarms::closeAll);
  }

  private static void closeAll(@Nullable Block @Nullable [] blocks) {
    if (blocks != null) {
      for (Block block : blocks) {
        if (block != null) {
          block.close();
        }
      }
    }
  }

  /** One of the threads. */
  private final class Worker implements Runnable {

    private final MemoryManager manager;
    private final BlockingQueue<@Nullable Block[]> parcels;
    private final SplittableRandom random;
    private final @Nullable Block[] ring = new @Nullable Block[RING];
    private @Nullable Block[] parcel = new @Nullable Block[PARCEL];
    private int inParcel;

    Worker(MemoryManager manager, BlockingQueue<@Nullable Block[]> parcels, int number) {
      this.manager = manager;
      this.parcels = parcels;
      this.random = new SplittableRandom(number);
    }

    @Override
    public void run() {
      try {
        for (long left = operations / 2 / threads; left > 0 && failures.isEmpty(); ) {
          int round = (int) Math.min(left, LARGE_EVERY);
          for (int i = 1; i < round; i++) {
            // Each power of two is as likely as the next.
            step(i, random.nextInt(1 << random.nextInt(SIZES)));
          }
          step(0, random.nextInt(MOST_LARGE_BYTES));
          left -= round;
        }
        closeAll(ring);
        closeAll(parcel);
      } catch (Throwable e) {
        failures.add(e);
      }
    }

    private void step(int number, int bytes) {
      Block block = manager.allocate(bytes);
      block.segment().fill((byte) number);
      if ((number & 3) == 0) {
        block.close();
      } else if ((number & 7) == 1) {
        handOver(block);
      } else {
        int at = number & (RING - 1);
        Block old = ring[at];
        ring[at] = block;
        if (old != null) {
          old.close();
        }
      }
    }

    /** Lets {@code block} wait for somebody to free it; frees some of those that wait for long. */
    private void handOver(Block block) {
      parcel[inParcel++] = block;
      if (inParcel == PARCEL) {
        while (!parcels.offer(parcel)) {
          closeAll(parcels.poll());
        }
        parcel = new @Nullable Block[PARCEL];
        inParcel = 0;
      }
    }
  }
}
