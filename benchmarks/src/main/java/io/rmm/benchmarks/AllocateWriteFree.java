package io.rmm.benchmarks;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Allocate, write 8 bytes, free: nanoseconds for the pair, one thread, beside Netty's allocators.
 *
 * <p>RMM runs in standard mode with all its views, while a recording with default.jfc and rmm.jfc
 * is running: that is our number. Netty runs as its users run it: direct buffers, leak detection as
 * shipped, its recorder events as shipped (off), on a {@link FastThreadExecutor thread of its own
 * kind}, where it is fastest. All three are called through fields that are not constants.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Djmh.executor=CUSTOM",
      "-Djmh.executor.class=io.rmm.benchmarks.FastThreadExecutor"
    })
public class AllocateWriteFree {

  /** Bytes of a block. */
  @Param({"64", "1024", "16384"})
  public int size;

  private final RunningRecording recording = new RunningRecording();
  private final MemoryManager manager = MemoryManager.builder().name("benchmark").build();
  private final ByteBufAllocator adaptive = new AdaptiveByteBufAllocator(true);
  private final ByteBufAllocator pooled = new PooledByteBufAllocator(true);

  /** Starts the recording. */
  @Setup(Level.Trial)
  public void start() {
    recording.start();
  }

  /** Ends the recording. */
  @TearDown(Level.Trial)
  public void stop() {
    recording.close();
    manager.close();
  }

  /** RMM: a handle that does not escape. */
  @Benchmark
  public long rmm() {
    try (Block block = manager.allocate(size)) {
      block.segment().set(ValueLayout.JAVA_LONG, 0, 42);
      return block.id();
    }
  }

  /** Netty's default allocator. */
  @Benchmark
  public long nettyAdaptive() {
    return pair(adaptive);
  }

  /** Netty's former default allocator. */
  @Benchmark
  public long nettyPooled() {
    return pair(pooled);
  }

  private long pair(ByteBufAllocator allocator) {
    ByteBuf buffer = allocator.directBuffer(size, size);
    buffer.setLong(0, 42);
    long address = buffer.memoryAddress();
    buffer.release();
    return address;
  }
}
