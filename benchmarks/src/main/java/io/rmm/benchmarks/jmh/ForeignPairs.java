package io.rmm.benchmarks.jmh;

import io.rmm.benchmarks.peer.SunUnsafe;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Takes memory in the ways of the JDK and gives it back: to be run with the agent and without it,
 * whose difference is what the agent costs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@SuppressWarnings("restricted")
public class ForeignPairs {

  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle MALLOC =
      link("malloc", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

  private static final MethodHandle FREE =
      link("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

  /** Bytes of the memory. */
  @Param({"64", "1024"})
  public long bytes;

  private static MethodHandle link(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
  }

  /** A confined arena with one segment. */
  @Benchmark
  public byte confined() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(bytes);
      memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      return memory.get(ValueLayout.JAVA_BYTE, 8);
    }
  }

  /** {@code sun.misc.Unsafe}. */
  @Benchmark
  public long unsafe() throws Throwable {
    long address = SunUnsafe.allocateMemory(bytes);
    SunUnsafe.freeMemory(address);
    return address;
  }

  /** {@code malloc} and {@code free} by downcalls. */
  @Benchmark
  public long malloc() throws Throwable {
    long address = (long) MALLOC.invokeExact(bytes);
    FREE.invokeExact(address);
    return address;
  }

  /** A direct buffer, freed at once. */
  @Benchmark
  public long direct() throws Throwable {
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) bytes);
    byte first = buffer.get(0);
    SunUnsafe.invokeCleaner(buffer);
    return first;
  }
}
