package io.rmm.jmx.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Measures what it costs to read every attribute of every bean of a large manager, and whether a
 * thread that allocates notices; and a call of {@code profile()} beside it. The first argument is
 * the number of budgets that each of the 64 threads uses; there are 500.
 */
public final class ReadingProgram {

  private static final int HEAPS = 64;
  private static final int BUDGETS = 500;
  private static final int CLASSES = 40;
  private static final int WARM_UP = 200;
  private static final int READS = 500;

  /** After which a read takes a snapshot of its own. */
  private static final long STALE_NANOS = 20_000_000;

  private static final int SITES = 1_024;
  private static final int PAIRS = 2_000_000;
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Budget> budgets = new ArrayList<>();
  private final Map<ObjectName, String[]> attributes = new LinkedHashMap<>();

  private ReadingProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws Exception {
    new ReadingProgram().measure(Integer.parseInt(arguments[0]));
  }

  private void measure(int budgetsOfThread) throws Exception {
    try (MemoryManager manager = MemoryManager.builder().name("large").sampleInterval(1).build()) {
      for (int i = 0; i < BUDGETS; i++) {
        budgets.add(manager.rootBudget().child("budget-" + i, BudgetLimits.hard(1L << 30)));
      }
      manager.awaitViews();
      List<Thread> holders = holdBlocks(budgetsOfThread);
      for (int path = 0; path < SITES; path++) {
        allocateBy(SITES | path);
      }
      findBeans();

      read(WARM_UP);
      long[] nanos = read(READS);
      System.out.printf(
          "%d heaps, %d size classes, %d budgets (%d for each thread), %d beans, %d sites%n",
          manager.snapshot().threadHeaps(),
          manager.snapshot().sizeClasses().size(),
          manager.snapshot().budgets().size(),
          budgetsOfThread,
          attributes.size(),
          manager.profile().sites().size());
      print("read of everything", nanos);
      print("profile()", profile(READS));

      pairs(manager);
      print("pair, nobody reads", pairs(manager));
      Thread reader =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (end.getCount() > 0) {
                      read(1);
                    }
                  });
      print("pair, read all the time", pairs(manager));
      end.countDown();
      reader.join();
      for (Thread holder : holders) {
        holder.join();
      }
    }
  }

  /** Lets each thread hold blocks of all classes until the end. */
  private List<Thread> holdBlocks(int budgetsOfThread) throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(HEAPS);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < HEAPS; i++) {
      int thread = i;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    List<Block> blocks = new ArrayList<>();
                    for (int b = 0; b < Math.max(budgetsOfThread, CLASSES); b++) {
                      int budget = (thread * budgetsOfThread + b % budgetsOfThread) % BUDGETS;
                      blocks.add(budgets.get(budget).allocate(size(b % CLASSES)));
                    }
                    ready.countDown();
                    try {
                      end.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    blocks.forEach(Block::close);
                  }));
    }
    ready.await();
    return threads;
  }

  /** Allocates at a site for each path: the lines of the calls are its bits. */
  @SuppressWarnings("DuplicateBranches") // it is the lines that differ
  private void allocateBy(int path) {
    if (path == 1) {
      budgets.getFirst().allocate(64 << 10).close();
    } else if ((path & 1) == 0) {
      allocateBy(path >> 1);
    } else {
      allocateBy(path >> 1);
    }
  }

  /** Four sizes for each doubling from 16 bytes on, as the size classes are. */
  private static long size(int index) {
    long doubling = 16L << (index / 4);
    return doubling + doubling / 4 * (index % 4);
  }

  private void findBeans() throws Exception {
    ObjectName all = new ObjectName("io.rmm:*");
    while (SERVER.queryNames(all, null).size() < BUDGETS) {
      LockSupport.parkNanos(100_000_000);
    }
    for (ObjectName bean : SERVER.queryNames(all, null)) {
      attributes.put(
          bean,
          Arrays.stream(SERVER.getMBeanInfo(bean).getAttributes())
              .map(MBeanAttributeInfo::getName)
              .toArray(String[]::new));
    }
  }

  private long[] read(int times) {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      LockSupport.parkNanos(STALE_NANOS);
      long start = System.nanoTime();
      for (Map.Entry<ObjectName, String[]> bean : attributes.entrySet()) {
        try {
          int read = SERVER.getAttributes(bean.getKey(), bean.getValue()).size();
          if (read != bean.getValue().length) {
            throw new IllegalStateException(bean.getKey() + " shows " + read + " attributes");
          }
        } catch (JMException e) {
          throw new IllegalStateException(e);
        }
      }
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  private static long[] profile(int times) throws Exception {
    ObjectName leaks = new ObjectName("io.rmm:type=Leaks,manager=large");
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      SERVER.invoke(leaks, "profile", new Object[0], new String[0]);
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  private static long[] pairs(MemoryManager manager) {
    long[] nanos = new long[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      long start = System.nanoTime();
      manager.allocate(64).close();
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  private static void print(String what, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        "%-24s median %,9d ns   99 %% %,9d ns   99.9 %% %,9d ns   99.99 %% %,9d ns   most %,11d ns%n",
        what,
        nanos[nanos.length / 2],
        nanos[(int) (nanos.length * 0.99)],
        nanos[(int) (nanos.length * 0.999)],
        nanos[(int) (nanos.length * 0.9999)],
        nanos[nanos.length - 1]);
  }
}
