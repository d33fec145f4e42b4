package io.rmm.benchmarks.peer;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * malloc and free of a C library, by downcalls of the JDK's linker.
 *
 * <p>A critical downcall does not tell the JVM that the thread is in native code: it is cheaper,
 * and a safepoint waits for it.
 *
 * <p>The JIT inlines a downcall only through a constant handle, so the handles are static, and a
 * process can open one library in one way.
 */
final class NativePeer extends Peer {

  private static @Nullable Choice choice;

  /** Which library, and how it is called. */
  record Choice(NativeLibrary library, boolean critical) {}

  private final NativeStatistics statistics;

  NativePeer(Choice wanted) {
    choose(wanted);
    this.statistics = new NativeStatistics(wanted.library);
  }

  private static synchronized void choose(Choice wanted) {
    if (choice != null && !choice.equals(wanted)) {
      throw new IllegalStateException("this process has opened " + choice);
    }
    choice = wanted;
  }

  /** The handles, constants from their first use on. */
  private static final class Calls {

    static final MethodHandle MALLOC;
    static final MethodHandle FREE;

    static {
      Choice chosen = choice;
      if (chosen == null) {
        throw new IllegalStateException("no library has been chosen");
      }
      SymbolLookup symbols = chosen.library.lookup();
      MALLOC =
          link(
              symbols,
              chosen.library.malloc(),
              FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
              chosen.critical);
      FREE =
          link(
              symbols,
              chosen.library.free(),
              FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG),
              chosen.critical);
    }

    @SuppressWarnings("restricted") // Native libraries are what is measured here.
    private static MethodHandle link(
        SymbolLookup symbols, String name, FunctionDescriptor type, boolean critical) {
      Linker.Option[] options =
          critical ? new Linker.Option[] {Linker.Option.critical(false)} : new Linker.Option[0];
      return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, options);
    }
  }

  private static long malloc(long size) {
    long address;
    try {
      address = (long) Calls.MALLOC.invokeExact(size);
    } catch (Throwable e) {
      throw new AssertionError("a downcall does not throw", e);
    }
    if (address == 0) {
      throw new OutOfMemoryError("malloc of " + size + " bytes failed");
    }
    return address;
  }

  private static void release(long address) {
    try {
      Calls.FREE.invokeExact(address);
    } catch (Throwable e) {
      throw new AssertionError("a downcall does not throw", e);
    }
  }

  @Override
  public long pair(int size) {
    long address = malloc(size);
    AllMemory.SEGMENT.set(ValueLayout.JAVA_LONG, address, 42);
    release(address);
    return address;
  }

  @Override
  public Blocks blocks(int length) {
    return new Addresses(length);
  }

  @Override
  public OptionalLong committedBytes() {
    return statistics.committedBytes();
  }

  private static final class Addresses extends AddressBlocks {

    Addresses(int length) {
      super(length);
    }

    @Override
    long allocate(int size) {
      return malloc(size);
    }

    @Override
    void free(long address) {
      release(address);
    }

    @Override
    MemorySegment memory() {
      return AllMemory.SEGMENT;
    }
  }
}
