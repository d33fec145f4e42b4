package io.rmm.agent;

import io.rmm.jmx.NativeEvidence;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import jdk.internal.foreign.abi.RmmLinker;
import org.jspecify.annotations.Nullable;

/**
 * What the C library tells of its own memory: {@code mallinfo2} of glibc 2.33 and newer. Others
 * tell nothing. Linked when first asked, which takes some 100 ms.
 */
final class MallocStatistics {

  /** The struct has ten numbers of the size of a pointer; {@code fordblks} is the ninth. */
  private static final MemoryLayout NUMBERS =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));

  private static final int FREE_BYTES = 8;

  /** Null if there is no such function. */
  private static final @Nullable MethodHandle MALLINFO =
      Linker.nativeLinker()
          .defaultLookup()
          .find("mallinfo2")
          .map(symbol -> RmmLinker.link(symbol, FunctionDescriptor.of(NUMBERS)))
          .orElse(null);

  private MallocStatistics() {}

  /** Returns the bytes that are free in its memory, or {@link NativeEvidence#UNKNOWN}. */
  static long freeBytes() {
    if (MALLINFO == null) {
      return NativeEvidence.UNKNOWN;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = (MemorySegment) MALLINFO.invokeExact((SegmentAllocator) arena);
      return numbers.getAtIndex(ValueLayout.JAVA_LONG, FREE_BYTES);
    } catch (Throwable e) {
      throw new AssertionError("the function throws nothing", e);
    }
  }
}
