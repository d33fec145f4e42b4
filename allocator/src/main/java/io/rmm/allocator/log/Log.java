package io.rmm.allocator.log;

/**
 * What RMM writes to the program's log: the kernel as {@code io.rmm}, views as {@code io.rmm.jmx}
 * and the like.
 *
 * <p>No class has a logger in a constant, as is usual: it is asked for when there is something to
 * say, which is seldom. The JDK loads some hundred classes for a process's first logger, and a
 * first block that waited for them would come 20 ms later. And in a process with the agent the
 * program's logging would begin before the program has chosen its log manager, which some servers
 * do not survive.
 */
public final class Log {

  private Log() {}

  /** Returns the kernel's logger. */
  public static System.Logger logger() {
    return logger("io.rmm");
  }

  /** Returns the logger {@code name}. */
  public static System.Logger logger(String name) {
    return System.getLogger(name);
  }
}
