package io.rmm.agent;

import io.rmm.allocator.observe.GrowthWatch;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The agent's own thread: makes the source and its views ready, and then keeps them up to date four
 * times a second, until it is ended.
 */
final class AgentThread {

  private static final System.Logger LOG = System.getLogger("io.rmm.agent");

  private static final long TICK_MILLIS = 250;
  private static final int TICKS_PER_SECOND = 4;
  private static final long TICKS_PER_WINDOW = TICKS_PER_SECOND * GrowthWatch.WINDOW.toSeconds();

  /** How long a close waits for views to end. */
  private static final long LAST_MILLIS = 5_000;

  private final Supplier<ForeignMemory> source;
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread;

  AgentThread(Supplier<ForeignMemory> source) {
    this.source = source;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("rmm-agent")
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
  }

  void start() {
    thread.start();
  }

  private void run() {
    ForeignMemory memory = source.get();
    try (AutoCloseable _ = Session.show(memory)) {
      for (long tick = 1; !end.await(TICK_MILLIS, TimeUnit.MILLISECONDS); tick++) {
        tick(memory, tick);
      }
    } catch (Exception e) {
      LOG.log(Level.WARNING, "the agent ends", e);
    }
  }

  private static void tick(ForeignMemory memory, long tick) {
    try {
      memory.tick();
      if (tick % TICKS_PER_SECOND == 0) {
        memory.endSecond();
      }
      if (tick % TICKS_PER_WINDOW == 0) {
        memory.endWindow();
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.log(Level.WARNING, "a tick of the agent failed", e);
    }
  }

  /** Ends it, and the views with it. */
  void end() throws InterruptedException {
    end.countDown();
    thread.join(LAST_MILLIS);
  }
}
