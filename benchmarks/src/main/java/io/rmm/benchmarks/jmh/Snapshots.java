package io.rmm.benchmarks.jmh;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a snapshot costs its reader, of a manager with as many heaps and size classes in use as a
 * large server has. No peer has such a thing: so this is no row of {@code rmm bench}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class Snapshots {

  private static final int HEAPS = 64;
  private static final int CLASSES = 40;

  /** Size classes to a doubling of the size. */
  private static final int PER_DOUBLING = 4;

  /** From here on each class is as far from the next as {@link #PER_DOUBLING} says. */
  private static final int SMALLEST = 64;

  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Thread> holders = new ArrayList<>();
  private final MemoryManager manager = MemoryManager.builder().discoverViews(false).build();

  /** Made by JMH. */
  public Snapshots() {}

  /** Lets so many threads hold a block of each class. */
  @Setup
  public void fill() throws InterruptedException {
    CountDownLatch filled = new CountDownLatch(HEAPS);
    for (int i = 0; i < HEAPS; i++) {
      holders.add(Thread.ofPlatform().daemon().start(() -> hold(filled)));
    }
    filled.await();
    int classes = manager.snapshot().sizeClasses().size();
    if (classes < CLASSES) {
      throw new IllegalStateException("only " + classes + " size classes are in use");
    }
  }

  private void hold(CountDownLatch filled) {
    List<Block> held =
        IntStream.range(0, CLASSES)
            .mapToObj(
                i -> manager.allocate((long) (SMALLEST * Math.pow(2, (double) i / PER_DOUBLING))))
            .toList();
    filled.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    held.forEach(Block::close);
  }

  /** Lets the threads go. */
  @TearDown
  public void empty() throws InterruptedException {
    end.countDown();
    for (Thread holder : holders) {
      holder.join();
    }
    manager.close();
  }

  /** Takes one snapshot. */
  @Benchmark
  public MemorySnapshot snapshot() {
    return manager.snapshot();
  }
}
