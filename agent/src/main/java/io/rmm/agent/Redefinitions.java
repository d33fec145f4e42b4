package io.rmm.agent;

import jdk.internal.misc.Unsafe;

/**
 * How often the JVM has redefined classes. It counts that in each {@link Class}, for the sake of
 * what reflection has cached, and tells it nowhere else.
 */
final class Redefinitions {

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  private static final long COUNT = UNSAFE.objectFieldOffset(Class.class, "classRedefinedCount");

  private Redefinitions() {}

  /** Returns how often {@code types} or their supertypes were redefined so far, all together. */
  static long of(Class<?>[] types) {
    long sum = 0;
    for (Class<?> type : types) {
      sum += UNSAFE.getIntVolatile(type, COUNT);
    }
    return sum;
  }
}
