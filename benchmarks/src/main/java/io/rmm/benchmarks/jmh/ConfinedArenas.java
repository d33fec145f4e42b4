package io.rmm.benchmarks.jmh;

import io.rmm.allocator.MemoryManager;
import io.rmm.benchmarks.peer.RmmPeer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
 * Open a confined arena, allocate three blocks in it, write 8 bytes to each, close it. The options
 * of the fork are those of {@link PeerBenchmark}, as far as they matter here.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xms640m",
      "-Xmx640m",
      "-XX:+AlwaysPreTouch",
      "-XX:MaxDirectMemorySize=4g",
      "-Drmm.bench.heap=640",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow"
    })
public class ConfinedArenas {

  /** The arena of the JDK, or of RMM. */
  @Param({"rmm", "jdk-confined"})
  public String peer;

  /** Bytes of each block. */
  @Param({"64", "1024", "16384"})
  public int size;

  /** RMM runs also beside the JDK's arena, where it is idle: with its recording in both forks. */
  private final RmmPeer rmm = new RmmPeer(RmmPeer.Watching.AS_SHIPPED);

  private final MemoryManager manager = rmm.manager();

  private boolean jdk;

  /** Reads the parameter. */
  @Setup(Level.Trial)
  public void choose() {
    jdk = peer.equals("jdk-confined");
  }

  /** Ends RMM. */
  @TearDown(Level.Trial)
  public void stop() {
    rmm.close();
  }

  /** Opens, allocates, closes. */
  @Benchmark
  public long openAndClose() {
    if (jdk) {
      try (Arena arena = Arena.ofConfined()) {
        return block(arena) + block(arena) + block(arena);
      }
    }
    try (Arena arena = manager.openConfinedArena()) {
      return block(arena) + block(arena) + block(arena);
    }
  }

  private long block(Arena arena) {
    MemorySegment segment = arena.allocate(size, Long.BYTES);
    segment.set(ValueLayout.JAVA_LONG, 0, 42);
    return segment.address();
  }
}
