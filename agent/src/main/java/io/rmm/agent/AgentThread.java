package io.rmm.agent;

import io.rmm.allocator.observe.GrowthWatch;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The agent's own thread: makes the source and its views ready, and then keeps them up to date four
 * times a second, until it is ended.
 */
final class AgentThread extends Thread {

  private static final long TICK_MILLIS = 250;
  private static final int TICKS_PER_SECOND = 4;

  /** How long an end waits for views to end. */
  private static final long LAST_MILLIS = 5_000;

  private final AgentOptions options;
  private final boolean late;
  private final CountDownLatch end = new CountDownLatch(1);

  /**
   * Makes it.
   *
   * @param late whether the program runs already
   */
  AgentThread(AgentOptions options, boolean late) {
    super(null, null, "rmm-agent", 0, false);
    this.options = options;
    this.late = late;
    setDaemon(true);
    setContextClassLoader(ClassLoader.getSystemClassLoader());
  }

  @Override
  public void run() {
    ForeignMemory memory = Session.source(options, late);
    try (AutoCloseable _ = Session.show(memory)) {
      for (long tick = 1; !end.await(TICK_MILLIS, TimeUnit.MILLISECONDS); tick++) {
        tick(memory, tick);
      }
    } catch (Exception e) {
      AgentLog.warn("the agent ends", e);
    }
  }

  private static void tick(ForeignMemory memory, long tick) {
    try {
      memory.tick();
      if (tick % TICKS_PER_SECOND == 0) {
        memory.endSecond();
      }
      if (tick % (TICKS_PER_SECOND * GrowthWatch.WINDOW.toSeconds()) == 0) {
        memory.endWindow();
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      AgentLog.warn("a tick of the agent failed", e);
    }
  }

  /** Ends it, and the views with it. */
  void end() {
    end.countDown();
    try {
      join(LAST_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
