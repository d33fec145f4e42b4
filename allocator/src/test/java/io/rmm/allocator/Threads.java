package io.rmm.allocator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs parts of a test in threads of their own. */
final class Threads {

  /** No part takes anywhere near as long, unless it hangs. */
  private static final long PATIENCE_SECONDS = 60;

  /** What one thread does. */
  @FunctionalInterface
  interface Part {
    void run(int number) throws Exception;
  }

  private Threads() {}

  /** Runs {@code part} in {@code count} platform threads that start together. */
  static void together(int count, Part part) throws Exception {
    together(Thread.ofPlatform().daemon().name("part-", 0).factory(), count, part);
  }

  /** Runs {@code part} in {@code count} threads of {@code factory} that start together. */
  static void together(ThreadFactory factory, int count, Part part) throws Exception {
    CyclicBarrier start = new CyclicBarrier(count);
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                start.await();
                part.run(number);
                return null;
              });
      tasks.add(task);
      factory.newThread(task).start();
    }
    AssertionError failure = null;
    for (FutureTask<Void> task : tasks) {
      try {
        await(task);
      } catch (AssertionError e) {
        // Where one part fails, others that were to meet it fail for its absence.
        if (failure == null || isForAbsence(failure)) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static boolean isForAbsence(AssertionError failure) {
    return failure.getCause() instanceof BrokenBarrierException
        || failure.getCause() instanceof TimeoutException;
  }

  /** Runs {@code part} in a new platform thread, and waits until that thread is dead. */
  static void inAnother(Part part) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              part.run(0);
              return null;
            });
    Thread thread = Thread.ofPlatform().daemon().name("another").start(task);
    await(task);
    thread.join();
  }

  private static void await(FutureTask<Void> task) throws Exception {
    try {
      task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("a part of the test failed", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a part of the test hangs", e);
    }
  }
}
