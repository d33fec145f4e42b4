package io.rmm.allocator;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Writes that no check of the JDK sees: by the C library's {@code memset}. */
final class NativeWrites {

  private static final MethodHandle MEMSET = link();

  private NativeWrites() {}

  @SuppressWarnings("restricted")
  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find("memset").orElseThrow(),
        FunctionDescriptor.ofVoid(
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
  }

  /** Fills {@code bytes} from {@code address} on. */
  static void fill(long address, int value, long bytes) {
    try {
      MEMSET.invokeExact(address, value, bytes);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
