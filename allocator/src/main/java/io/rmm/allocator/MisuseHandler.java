package io.rmm.allocator;

import io.rmm.allocator.observe.Explainer;

/** Tells of the uncaught exceptions that are misuses of a manager's memory. */
final class MisuseHandler implements Thread.UncaughtExceptionHandler {

  private final Engine engine;
  private final Thread.UncaughtExceptionHandler next;

  MisuseHandler(Engine engine, Thread.UncaughtExceptionHandler next) {
    this.engine = engine;
    this.next = next;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable error) {
    try {
      if (Explainer.told(error).isEmpty()) {
        engine.explainer().refusal(error).ifPresent(engine.misuse()::tellExplained);
      }
    } finally {
      // Whatever befalls us: the exception is the program's.
      next.uncaughtException(thread, error);
    }
  }
}
