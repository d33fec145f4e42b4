package io.rmm.allocator.observe;

import java.lang.StackWalker.StackFrame;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a {@link CallPath} needs to know of the class of a frame, found out once for each class.
 *
 * <p>It is a number of the JDK's own class, so that no class of a program, by holding it, holds the
 * class loader of RMM.
 */
final class FrameClass extends ClassValue<Long> {

  private static final FrameClass OF = new FrameClass();

  private static final long KERNEL = 1;
  private static final long SHOWN = 2;
  private static final long REFLECTIVE = 4;
  private static final int NUMBER_SHIFT = 3;

  /**
   * Those visible classes of the JDK that have hidden methods, besides those in packages that are
   * not counted on anyway.
   */
  private static final Set<String> WITH_HIDDEN_METHODS =
      Set.of("java.lang.Thread", "java.lang.VirtualThread", "java.lang.ScopedValue$Carrier");

  private final AtomicLong classes = new AtomicLong();

  private FrameClass() {}

  /** Returns what is known of the class of {@code frame}, for the methods below. */
  static long of(StackFrame frame) {
    return OF.get(frame.getDeclaringClass());
  }

  /** Returns a number that no other class has: less than 2^48. */
  static long number(long known) {
    return known >> NUMBER_SHIFT;
  }

  /** Tells whether it is RMM's own. */
  static boolean isKernel(long known) {
    return (known & KERNEL) != 0;
  }

  /**
   * Tells whether a site surely shows it. Others may or may not be shown: what the JVM hides is not
   * a matter of classes alone.
   */
  static boolean isShown(long known) {
    return (known & SHOWN) != 0;
  }

  /** Tells whether it is of the JDK's reflection or method handles. */
  static boolean isReflective(long known) {
    return (known & REFLECTIVE) != 0;
  }

  @Override
  protected Long computeValue(Class<?> type) {
    String name = type.getName();
    boolean kernel = Sites.isKernel(name);
    boolean reflective =
        name.startsWith("java.lang.invoke.")
            || name.startsWith("java.lang.reflect.")
            || name.startsWith("jdk.internal.reflect.")
            || name.startsWith("jdk.internal.foreign.abi.");
    boolean shown =
        !kernel
            && !reflective
            && !type.isHidden()
            && !name.startsWith("jdk.internal.")
            && !WITH_HIDDEN_METHODS.contains(name);
    return classes.incrementAndGet() << NUMBER_SHIFT
        | (kernel ? KERNEL : 0)
        | (shown ? SHOWN : 0)
        | (reflective ? REFLECTIVE : 0);
  }
}
