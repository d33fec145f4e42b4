package io.rmm.stress;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Virtual threads that fight for the stripes, beside platform threads that free into them and take
 * all heaps to a stop: what jcstress, whose actors are platform threads, cannot race.
 *
 * <p>Blocks go through an array that all share: whoever puts one into a place frees the one that
 * was there, which mostly another has allocated.
 */
@Command(
    name = "stripes",
    description = "Lets virtual and platform threads fight for the same heaps.",
    mixinStandardHelpOptions = true)
final class Stripes implements Callable<Integer> {

  private static final int VIRTUAL = 32;
  private static final int PLATFORM = 2;

  /** Few, so that a block is freed soon after, and often at the same time as its neighbour. */
  private static final int PLACES = 64;

  private static final long[] SIZES = {16, 64, 64, 64, 300, 20_000, 100_000};

  @Option(
      names = "--for",
      converter = DurationConverter.class,
      defaultValue = "60s",
      description = "How long. Default: ${DEFAULT-VALUE}.")
  private Duration duration = Duration.ZERO;

  private final AtomicReferenceArray<@Nullable Block> places = new AtomicReferenceArray<>(PLACES);
  private final Failures failures = new Failures();

  /** Made by picocli. */
  Stripes() {}

  @Override
  public Integer call() throws Exception {
    long end = System.nanoTime() + duration.toNanos();
    try (MemoryManager manager =
        MemoryManager.builder().name("stripes").discoverViews(false).build()) {
      Budget budget = manager.rootBudget().child("b", BudgetLimits.unlimited());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < VIRTUAL + PLATFORM; i++) {
        int number = i;
        Thread.Builder builder = i < VIRTUAL ? Thread.ofVirtual() : Thread.ofPlatform();
        threads.add(builder.start(() -> work(budget, number, end)));
      }
      while (System.nanoTime() < end && failures.isEmpty()) {
        // Each of these stops all heaps.
        budget.setLimits(BudgetLimits.hard(1L << 30));
        budget.setLimits(BudgetLimits.unlimited());
        manager.purge();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (int i = 0; i < PLACES; i++) {
        free(places.getAndSet(i, null));
      }
      MemorySnapshot snapshot = manager.snapshot();
      System.out.printf(
          "%,d blocks, %,d of them freed by others; %d stripes%n",
          snapshot.allocations(), snapshot.remoteFrees(), snapshot.stripes());
      failures.check();
      Quiet.checkEmpty(manager);
    }
    return 0;
  }

  @SuppressWarnings("ThreadPriorityCheck") // a virtual thread yields its carrier indeed
  private void work(Budget budget, int number, long end) {
    SplittableRandom random = new SplittableRandom(number);
    try {
      while (System.nanoTime() < end && failures.isEmpty()) {
        for (int i = 0; i < 100; i++) {
          Block block = budget.allocate(SIZES[random.nextInt(SIZES.length)]);
          Claim.take(block);
          free(places.getAndSet(random.nextInt(PLACES), block));
        }
        // So that the others on this carrier have their turn.
        Thread.yield();
      }
    } catch (Throwable e) {
      failures.add(e);
    }
  }

  private static void free(@Nullable Block block) {
    if (block != null) {
      Claim.giveUp(block);
      block.close();
    }
  }
}
