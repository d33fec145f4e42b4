package io.rmm.allocator;

import io.rmm.allocator.log.Log;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The process's clock: one daemon thread that lets every open manager give back what lies idle,
 * also when the program has gone quiet and none of its threads ever allocates again.
 *
 * <p>It outlives whoever builds the first manager, so it inherits nothing of that thread: neither
 * its inheritable thread locals nor its context class loader, which would keep the classes of, say,
 * a web application for ever. Its own context class loader is the system's, as is that of every
 * thread that the kernel starts.
 */
final class Clock {

  private static final long TICK_MILLIS = 250;

  private static final ScheduledExecutorService TICKER =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform()
              .daemon()
              .name("rmm-clock")
              .inheritInheritableThreadLocals(false)
              .factory());

  private Clock() {}

  /** Begins to tick for {@code engine}; cancelling the result ends it. */
  static ScheduledFuture<?> tickFor(Engine engine) {
    // With a pause between: ticks that were late must not follow each other in one burst.
    return TICKER.scheduleWithFixedDelay(
        () -> tick(engine), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static void tick(Engine engine) {
    try {
      engine.tick();
    } catch (Throwable e) {
      // An exception would end the ticking of this manager without a word.
      warn(e);
    }
  }

  private static void warn(Throwable failure) {
    try {
      Log.logger()
          .log(System.Logger.Level.WARNING, "a tick of the memory manager's clock failed", failure);
    } catch (Throwable e) {
      // The Java heap may have no room even for that.
    }
  }
}
