package io.rmm.program;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/** {@code sun.misc.Unsafe}, whose name javac warns of wherever it stands. */
final class SunUnsafe {

  private static final MethodHandle ALLOCATE = find("allocateMemory", long.class, long.class);
  private static final MethodHandle REALLOCATE =
      find("reallocateMemory", long.class, long.class, long.class);
  private static final MethodHandle FREE = find("freeMemory", void.class, long.class);
  private static final MethodHandle CLEAN = find("invokeCleaner", void.class, ByteBuffer.class);

  private SunUnsafe() {}

  private static MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field field = type.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(type, name, MethodType.methodType(result, parameters))
          .bindTo(field.get(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  static long allocateMemory(long bytes) throws Throwable {
    return (long) ALLOCATE.invokeExact(bytes);
  }

  static long reallocateMemory(long address, long bytes) throws Throwable {
    return (long) REALLOCATE.invokeExact(address, bytes);
  }

  static void freeMemory(long address) throws Throwable {
    FREE.invokeExact(address);
  }

  static void invokeCleaner(ByteBuffer buffer) throws Throwable {
    CLEAN.invokeExact(buffer);
  }
}
