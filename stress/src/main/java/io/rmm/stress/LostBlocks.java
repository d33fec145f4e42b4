package io.rmm.stress;

import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long it takes until a lost block is told, in a process that does nothing else: from the
 * collection that found its handle unreachable to the call of the listener.
 */
@Command(
    name = "lost-blocks",
    description = {
      "Loses blocks one after the other, and fails if one is not told within 5 s of its collection."
    },
    mixinStandardHelpOptions = true)
final class LostBlocks implements Callable<Integer> {

  private static final long MOST_SECONDS = 5;

  /** Longer than a tick of the clock, so that losses lie anywhere in it. */
  private static final int MOST_PAUSE_MILLIS = 1_000;

  @Option(
      names = "--count",
      defaultValue = "20",
      description = "How many blocks. Default: ${DEFAULT-VALUE}.")
  private int count;

  /** When blocks were told of. */
  private final BlockingQueue<Long> told = new ArrayBlockingQueue<>(1);

  /** Made by picocli. */
  LostBlocks() {}

  @Override
  public Integer call() throws Exception {
    MemoryListener listener =
        new MemoryListener() {
          @Override
          public void onLeak(LeakSuspect suspect) {
            told.add(System.nanoTime());
          }
        };
    double[] millis = new double[count];
    try (MemoryManager manager =
        MemoryManager.builder()
            .name("lost-blocks")
            .safetyMode(SafetyMode.PARANOID)
            .discoverViews(false)
            .listener(listener)
            .build()) {
      for (int i = 0; i < count; i++) {
        millis[i] = loseOne(manager) / 1e6;
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        "%d lost blocks told after %.0f ms (median), %.0f ms (worst)%n",
        count, millis[count / 2], millis[count - 1]);
    return 0;
  }

  private long loseOne(MemoryManager manager) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(MOST_PAUSE_MILLIS));
    var lost = new WeakReference<>(manager.allocate(100));
    long collected;
    do {
      System.gc();
      // The collection is over: its own pause is not the manager's delay.
      collected = System.nanoTime();
    } while (!lost.refersTo(null));
    Long at = told.poll(MOST_SECONDS, TimeUnit.SECONDS);
    if (at == null) {
      throw new Violation("a lost block was not told within " + MOST_SECONDS + " s");
    }
    return at - collected;
  }
}
