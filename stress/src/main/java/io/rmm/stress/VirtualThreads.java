package io.rmm.stress;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A million virtual threads, of which many hold a block while they are off their carriers. They
 * must need no more heaps than there are stripes, and leave no memory behind.
 */
@Command(
    name = "virtual-threads",
    description = "Starts many virtual threads, each of which holds a block while it waits.",
    mixinStandardHelpOptions = true)
final class VirtualThreads implements Callable<Integer> {

  /** How long a thread waits with its block: enough for a thousand others to come in between. */
  private static final long WAIT_NANOS = 1_000_000;

  @Option(
      names = "--count",
      defaultValue = "1000000",
      description = "How many threads. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--at-once",
      defaultValue = "20000",
      description = "How many of them at a time. Default: ${DEFAULT-VALUE}.")
  private int atOnce;

  private final Failures failures = new Failures();

  /** The block that the next thread to come will free, in exchange for its own. */
  private final AtomicReference<@Nullable Block> gift = new AtomicReference<>();

  /** Made by picocli. */
  VirtualThreads() {}

  @Override
  public Integer call() throws Exception {
    long start = System.nanoTime();
    Semaphore places = new Semaphore(atOnce);
    try (MemoryManager manager =
        MemoryManager.builder().name("virtual-threads").discoverViews(false).build()) {
      for (int i = 0; i < count && failures.isEmpty(); i++) {
        places.acquire();
        long size = Claim.MIN_BYTES + i % 2_000;
        Thread.ofVirtual().start(() -> live(manager, size, places));
      }
      places.acquire(atOnce);
      Block last = gift.get();
      if (last != null) {
        free(last);
      }
      MemorySnapshot end = manager.snapshot();
      System.out.printf(
          "%,d virtual threads, %,d blocks, peak of %,d bytes, in %.1f s; %d heaps%n",
          count,
          end.allocations(),
          end.peakUsedBytes(),
          (System.nanoTime() - start) / 1e9,
          end.threadHeaps());
      failures.check();
      Quiet.require(end, end.allocations() == count, "each thread has allocated");
      // This very thread may have one, for the block that it freed.
      Quiet.require(
          end, end.threadHeaps() <= end.stripes() + 1, "virtual threads have stripes only");
      Quiet.checkEmpty(manager);
    }
    return 0;
  }

  private void live(MemoryManager manager, long size, Semaphore places) {
    try {
      Block mine = manager.allocate(size);
      Claim.take(mine);
      LockSupport.parkNanos(WAIT_NANOS);
      Block theirs = gift.getAndSet(mine);
      if (theirs != null) {
        free(theirs);
      }
    } catch (Throwable e) {
      failures.add(e);
    } finally {
      places.release();
    }
  }

  private static void free(Block block) {
    Claim.giveUp(block);
    block.close();
  }
}
