package io.rmm.stress;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many threads that live for a few operations and leave blocks behind.
 *
 * <p>What a thread leaves is freed by others after its death, while the next thread takes over its
 * heap and allocates from the same pages: the race of a remote free with the adoption of a heap, at
 * every one of the deaths. Claims find a slot given twice. Heaps must not become more with the
 * number of the dead.
 */
@Command(
    name = "short-threads",
    description = "Starts many short platform threads, whose blocks are freed after their death.",
    mixinStandardHelpOptions = true)
final class ShortThreads implements Callable<Integer> {

  /** Sizes of which slots share a page, and one with a page of its own. */
  private static final long[] SIZES = {16, 64, 64, 64, 300, 2_000, 20_000, 100_000};

  /** Blocks that wait for somebody to free them. */
  private static final int MOST_WAITING = 256;

  @Option(
      names = "--count",
      defaultValue = "100000",
      description = "How many threads. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--at-once",
      defaultValue = "8",
      description = "How many of them at a time. Default: ${DEFAULT-VALUE}.")
  private int atOnce;

  private final BlockingQueue<Block> orphans = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Failures failures = new Failures();

  /** Made by picocli. */
  ShortThreads() {}

  @Override
  public Integer call() throws Exception {
    long start = System.nanoTime();
    try (MemoryManager manager =
        MemoryManager.builder().name("short-threads").discoverViews(false).build()) {
      long most = 0;
      for (int started = 0; started < count && failures.isEmpty(); ) {
        List<Thread> alive = new ArrayList<>();
        for (int i = 0; i < atOnce && started < count; i++) {
          int number = started++;
          alive.add(Thread.ofPlatform().start(() -> live(manager, number)));
        }
        for (Thread thread : alive) {
          thread.join();
        }
        most = Math.max(most, manager.snapshot().threadHeaps());
      }
      for (Block block = orphans.poll(); block != null; block = orphans.poll()) {
        free(block);
      }
      MemorySnapshot end = manager.snapshot();
      System.out.printf(
          "%,d threads, %,d blocks, %,d of them freed by others, in %.1f s; at most %d heaps%n",
          count, end.allocations(), end.remoteFrees(), (System.nanoTime() - start) / 1e9, most);
      failures.check();
      Quiet.checkEmpty(manager);
      // A new thread looks at a few heaps only for one whose thread has died.
      Quiet.require(end, most - end.stripes() <= 8L * atOnce, "heaps stay few");
    }
    return 0;
  }

  private void live(MemoryManager manager, int number) {
    try {
      SplittableRandom random = new SplittableRandom(number);
      for (int i = 0; i < 6; i++) {
        Block block = manager.allocate(SIZES[random.nextInt(SIZES.length)]);
        Claim.take(block);
        if (!orphans.offer(block)) {
          free(block);
        }
        Block orphan = random.nextInt(8) == 0 ? null : orphans.poll();
        if (orphan != null) {
          free(orphan);
        }
      }
    } catch (Throwable e) {
      failures.add(e);
    }
  }

  private static void free(Block block) {
    Claim.giveUp(block);
    block.close();
  }
}
