package io.rmm.agent;

import java.util.logging.LogManager;
import jdk.internal.misc.Unsafe;

/**
 * Whether the program's logging has begun.
 *
 * <p>The platform's bean server begins it, if nothing has before: it has a bean of it. But a
 * program may choose its log manager at the start of its {@code main}, which is too late then;
 * JBoss servers end with an error. So a program that starts with the agent is left alone until it
 * has begun to log, or has had its time.
 */
final class ProgramLogging {

  /** A program that chooses does so first of all; so this is plenty, also on a slow machine. */
  private static final long TIME_NANOS = 5_000_000_000L;

  /** The start of JBoss servers, which may read modules for longer than that. */
  private static final String ALWAYS_CHOOSES = "jboss-modules";

  private final boolean always =
      System.getProperty("sun.java.command", "").contains(ALWAYS_CHOOSES);

  private final long start = System.nanoTime();
  private boolean begun;

  /**
   * Makes it.
   *
   * @param late whether the program runs already
   */
  ProgramLogging(boolean late) {
    this.begun = late;
  }

  /** Tells whether it has begun, or need not be waited for any more. */
  boolean hasBegun() {
    begun =
        begun
            || ModuleLayer.boot().findModule("java.logging").isEmpty()
            || !Unsafe.getUnsafe().shouldBeInitialized(LogManager.class)
            || (!always && System.nanoTime() - start > TIME_NANOS);
    return begun;
  }
}
