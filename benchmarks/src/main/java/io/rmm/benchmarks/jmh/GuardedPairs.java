package io.rmm.benchmarks.jmh;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to allocate, write and free a block between guard pages, beside one that is
 * observed as well but has no guards. Mode PARANOID, in which every block is observed.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class GuardedPairs {

  /** Bytes of a block. */
  @Param({"64", "4096", "65536"})
  public int size;

  /** Bytes for guards; 0 for none. */
  @Param({"0", "4194304"})
  public long guardBudget;

  private MemoryManager manager;

  /** Made by JMH. */
  public GuardedPairs() {}

  /** Builds the manager. */
  @Setup
  public void open() {
    manager =
        MemoryManager.builder()
            .safetyMode(SafetyMode.PARANOID)
            .guardBudget(guardBudget)
            .discoverViews(false)
            .build();
    try (Block _ = manager.allocate(size)) {
      if (manager.snapshot().guardedBlocks() != (guardBudget == 0 ? 0 : 1)) {
        throw new IllegalStateException("a block is guarded if and only if it should not be");
      }
    }
  }

  /** Closes it. */
  @TearDown
  public void close() {
    manager.close();
  }

  /** Allocates a block, writes one long, and frees it. */
  @Benchmark
  public void pair() {
    try (Block block = manager.allocate(size)) {
      block.segment().set(ValueLayout.JAVA_LONG, 0, 42);
    }
  }
}
