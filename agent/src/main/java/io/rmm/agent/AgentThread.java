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

  /** What the agent's entry has begun to tell; it is of another class loader. */
  private static final String STATE = "rmm.agent";

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

  /**
   * Whatever fails, the program goes on and the agent with it, as far as it can: the program's own
   * handler of uncaught errors, which may end the process, is not asked.
   */
  @Override
  public void run() {
    try {
      show();
    } catch (Throwable e) {
      if (isEnding()) {
        return; // what counts may be the next agent's by now
      }
      Session.stopCounting(hooks);
      String text = "the agent has ended, for want of memory or by a fault of its own";
      System.setProperty(STATE, text);
      AgentLog.say(text);
    }
  }

  private void show() {
    ForeignMemory memory = Session.source(options, late, earlier);
    try (Views views = new Views(memory, late);
        Telemetry telemetry = new Telemetry(memory, hooks.instrumentation(), options, late)) {
      if (!isEnding()) {
        System.setProperty(STATE, "running");
      }
      for (long tick = 1; !isToEnd(); tick++) {
        try {
          tick(memory, views, telemetry, tick);
        } catch (OutOfMemoryError | StackOverflowError e) {
          // What was to be done is done a quarter of a second later, if there is room then.
        }
      }
    }
  }

  private boolean isEnding() {
    return end.getCount() == 0;
  }

  private boolean isToEnd() {
    try {
      return end.await(TICK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false; // by the program, which may interrupt all threads that it finds
    }
  }

  private void tick(ForeignMemory memory, Views views, Telemetry telemetry, long tick) {
    try {
      renewHooks();
      views.showMore();
      memory.tick();
      if (tick % TICKS_PER_SECOND == 0) {
        memory.endSecond();
      }
      if (tick % (TICKS_PER_SECOND * GrowthWatch.WINDOW.toSeconds()) == 0) {
        memory.endWindow();
      }
      telemetry.tick();
    } catch (RuntimeException e) {
      AgentLog.warn("a tick of the agent failed", e);
    }
  }

  private void renewHooks() {
    try {
      if (hooks.renew() && !renewed) {
        renewed = true;
        AgentLog.say(
            "another agent has transformed classes with hooks; they are in place again, and what"
                + " was taken or given back in between is not counted");
      }
    } catch (IllegalStateException e) {
      Session.stopCounting(hooks);
      AgentLog.warn("another agent has transformed classes with hooks; counting has ended", e);
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
