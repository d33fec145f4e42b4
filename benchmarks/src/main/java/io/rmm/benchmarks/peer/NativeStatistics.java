package io.rmm.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What C libraries say of the memory that they hold.
 *
 * <p>jemalloc: {@code stats.resident}, the bytes of pages that may be resident. mimalloc: the
 * commit of {@code mi_process_info}. glibc serves the JVM itself, too, so it says nothing here, and
 * its growth is read from the process.
 */
final class NativeStatistics {

  private static final FunctionDescriptor MALLCTL =
      FunctionDescriptor.of(
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);

  private static final FunctionDescriptor PROCESS_INFO =
      FunctionDescriptor.ofVoid(
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS);

  private final NativeLibrary library;
  private final @Nullable MethodHandle function;

  NativeStatistics(NativeLibrary library) {
    this.library = library;
    this.function =
        switch (library) {
          case GLIBC -> null;
          case JEMALLOC -> link(library.lookup(), "mallctl", MALLCTL);
          case MIMALLOC -> link(library.lookup(), "mi_process_info", PROCESS_INFO);
        };
  }

  @SuppressWarnings("restricted") // Native libraries are what is measured here.
  private static MethodHandle link(SymbolLookup symbols, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
  }

  OptionalLong committedBytes() {
    if (function == null) {
      return OptionalLong.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      return OptionalLong.of(
          library == NativeLibrary.JEMALLOC ? resident(function, arena) : commit(function, arena));
    }
  }

  private static long resident(MethodHandle mallctl, Arena arena) {
    MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_LONG, Long.BYTES);
    MemorySegment none = MemorySegment.NULL;
    try {
      // A write to the epoch refreshes the statistics.
      int refreshed =
          (int)
              mallctl.invokeExact(
                  arena.allocateFrom("epoch"), none, none, value, (long) Long.BYTES);
      int read =
          (int) mallctl.invokeExact(arena.allocateFrom("stats.resident"), value, length, none, 0L);
      if (refreshed != 0 || read != 0) {
        throw new IllegalStateException("mallctl failed: " + refreshed + ", " + read);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall does not throw", e);
    }
    return value.get(ValueLayout.JAVA_LONG, 0);
  }

  private static long commit(MethodHandle processInfo, Arena arena) {
    MemorySegment others = arena.allocate(ValueLayout.JAVA_LONG);
    MemorySegment commit = arena.allocate(ValueLayout.JAVA_LONG);
    try {
      processInfo.invokeExact(others, others, others, others, others, commit, others, others);
    } catch (Throwable e) {
      throw new AssertionError("a downcall does not throw", e);
    }
    return commit.get(ValueLayout.JAVA_LONG, 0);
  }
}
