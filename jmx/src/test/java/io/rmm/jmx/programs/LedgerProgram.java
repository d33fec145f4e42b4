package io.rmm.jmx.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.jmx.ledger.LedgerSampler;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;

/**
 * Measures what it costs to read the ledger, and whether a thread that allocates, or one that maps,
 * notices that samples are taken; and prints the ledger. Its arguments are a file of a page at the
 * least, and how often it is to be mapped before: each time is a mapping more.
 */
public final class LedgerProgram {

  /** Bytes of a mapping, which are touched. */
  public static final long MAPPING = 4096;

  /** Bytes of a block, all of which are touched. */
  public static final long BLOCK = 32L << 20;

  private static final int READS = 10_000;
  private static final int PAIRS = 1_000_000;
  private static final int MAPS = 20_000;

  private LedgerProgram() {}

  private interface Operation {
    void run() throws JMException, IOException;
  }

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws Exception {
    try (Arena arena = Arena.ofShared();
        FileChannel file = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.READ);
        MemoryManager manager = MemoryManager.builder().name("reading").build();
        Block block = manager.allocate(BLOCK)) {
      manager.awaitViews();
      block.segment().fill((byte) 1);
      long touched = 0; // so that the compiler leaves the touching in
      for (int i = Integer.parseInt(arguments[1]); i > 0; i--) {
        touched += map(file, arena);
      }
      System.out.println("touched=" + touched);
      LedgerPrinter ledger = new LedgerPrinter();
      time("first read", 1, ledger::awaitSample);
      time("read of everything", READS, ledger::read);
      ledger.print();

      Operation pair = () -> manager.allocate(64).close();
      Operation mapping =
          () -> {
            try (Arena one = Arena.ofConfined()) {
              long _ = map(file, one);
            }
          };
      time("pair", PAIRS, pair);
      time("pair, nobody samples", PAIRS, pair);
      time("mapping, nobody samples", MAPS, mapping);
      AtomicBoolean end = new AtomicBoolean();
      LedgerSampler sampler =
          new LedgerSampler(
              Path.of("/"), ManagementFactory.getPlatformMBeanServer(), List.of(manager));
      Thread sampling =
          Thread.ofPlatform()
              .start(
                  () -> {
                    int samples = 0;
                    for (; !end.get(); samples++) {
                      sampler.take();
                    }
                    System.out.printf(
                        "# a sample takes %,d ns of a processor (mean of %d)%n",
                        ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
                            / Math.max(1, samples),
                        samples);
                  });
      time("pair, samples all the time", PAIRS, pair);
      time("mapping, samples all the time", MAPS, mapping);
      end.set(true);
      sampling.join();
    }
  }

  /** Maps the file, and returns its first byte. */
  private static long map(FileChannel file, Arena arena) throws IOException {
    return file.map(FileChannel.MapMode.READ_ONLY, 0, MAPPING, arena).get(ValueLayout.JAVA_BYTE, 0);
  }

  private static void time(String what, int times, Operation operation)
      throws JMException, IOException {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      operation.run();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "# %-30s median %,11d ns   99 %% %,11d ns   99.9 %% %,11d ns   most %,13d ns%n",
        what,
        nanos[times / 2],
        nanos[(int) (times * 0.99)],
        nanos[(int) (times * 0.999)],
        nanos[times - 1]);
  }
}
