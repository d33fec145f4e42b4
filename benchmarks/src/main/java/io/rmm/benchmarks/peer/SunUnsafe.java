package io.rmm.benchmarks.peer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/** {@code sun.misc.Unsafe}, whose name javac warns of wherever it stands. */
public final class SunUnsafe {

  private static final MethodHandle ALLOCATE = find("allocateMemory", long.class, long.class);
  private static final MethodHandle FREE = find("freeMemory", void.class, long.class);
  private static final MethodHandle CLEAN = find("invokeCleaner", void.class, ByteBuffer.class);

  private SunUnsafe() {}

  private static MethodHandle find(String name, Class<?> result, Class<?> parameter) {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field field = type.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(type, name, MethodType.methodType(result, parameter))
          .bindTo(field.get(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As the method of that name. */
  public static long allocateMemory(long bytes) throws Throwable {
    return (long) ALLOCATE.invokeExact(bytes);
  }

  /** As the method of that name. */
  public static void freeMemory(long address) throws Throwable {
    FREE.invokeExact(address);
  }

  /** Frees a direct buffer. */
  public static void invokeCleaner(ByteBuffer buffer) throws Throwable {
    CLEAN.invokeExact(buffer);
  }
}
