package io.rmm.agent;

import io.rmm.allocator.observe.GrowthWatch;
import java.util.Map;
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

  private final Hooks hooks;
  private final AgentOptions options;
  private final boolean late;
  private final Map<String, String> earlier;
  private boolean renewed;
  private final CountDownLatch end = new CountDownLatch(1);

  /**
   * Makes it.
   *
   * @param late whether the program runs already
   * @param earlier what was taken before, as settings to be shown
   */
  AgentThread(Hooks hooks, AgentOptions options, boolean late, Map<String, String> earlier) {
    super(null, null, "rmm-agent", 0, false);
    this.hooks = hooks;
    this.options = options;
    this.late = late;
    this.earlier = earlier;
    setDaemon(true);
    setContextClassLoader(ClassLoader.getSystemClassLoader());
  }

  @Override
  public void run() {
    ForeignMemory memory = Session.source(options, late, earlier);
    try (Views views = new Views(memory, late);
        Telemetry telemetry = new Telemetry(memory, hooks.instrumentation(), options, late)) {
      for (long tick = 1; !end.await(TICK_MILLIS, TimeUnit.MILLISECONDS); tick++) {
        views.showMore();
        tick(memory, tick);
        telemetry.tick();
      }
    } catch (InterruptedException | RuntimeException e) {
      AgentLog.warn("the agent ends", e);
    }
  }

  private void tick(ForeignMemory memory, long tick) {
    try {
      if (hooks.renew() && !renewed) {
        renewed = true;
        AgentLog.say(
            "another agent has transformed classes with hooks; they are in place again, and what"
                + " was taken in between is not counted");
      }
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
