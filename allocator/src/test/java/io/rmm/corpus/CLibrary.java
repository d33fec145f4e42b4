package io.rmm.corpus;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Functions of the C library, which know no bounds. */
final class CLibrary {

  private static final MethodHandle MEMSET =
      link(
          "memset",
          FunctionDescriptor.ofVoid(
              ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
  private static final MethodHandle MEMCPY =
      link(
          "memcpy",
          FunctionDescriptor.ofVoid(
              ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle MALLOC =
      link("malloc", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      link("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

  private CLibrary() {}

  @SuppressWarnings("restricted")
  private static MethodHandle link(String name, FunctionDescriptor function) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), function);
  }

  static void memset(long address, int value, long bytes) throws Throwable {
    MEMSET.invokeExact(address, value, bytes);
  }

  static void memcpy(long to, long from, long bytes) throws Throwable {
    MEMCPY.invokeExact(to, from, bytes);
  }

  static long malloc(long bytes) throws Throwable {
    return (long) MALLOC.invokeExact(bytes);
  }

  static void free(long address) throws Throwable {
    FREE.invokeExact(address);
  }
}
