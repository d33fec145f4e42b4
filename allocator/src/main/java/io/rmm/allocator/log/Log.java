package io.rmm.allocator.log;

/**
 * The kernel's log, {@code io.rmm}.
 *
 * <p>The JDK loads some hundred classes for a process's first logger, and a first block that waited
 * for them would come 20 ms later. So no class has a logger in a constant, as is usual: it is asked
 * for when there is something to say, which is seldom.
 */
public final class Log {

  private Log() {}

  /** Returns the logger. */
  public static System.Logger logger() {
    return System.getLogger("io.rmm");
  }
}
