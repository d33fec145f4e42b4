package io.rmm.cli.attach;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls to a process that may never return; whoever asks waits only so long.
 *
 * <p>Neither the attach protocol nor RMI gives up on a target that has taken a request and never
 * answers, as a stopped one does. So calls are made by a thread that the JVM does not wait for at
 * its end, and is left behind when the time of one is over. That one occupies the thread still, so
 * all later calls fail at once.
 */
final class PatientThread implements AutoCloseable {

  /**
   * How often it is looked whether the target has ended or is stopped, so that this is soon said.
   */
  private static final Duration GLANCE = Duration.ofMillis(500);

  private static final AtomicLong THREADS = new AtomicLong();

  private final TargetProcess target;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("rmm-attach-" + THREADS.incrementAndGet()).factory());

  /** Why a call was given up, if one was. */
  private volatile @Nullable String givenUp;

  PatientThread(TargetProcess target) {
    this.target = target;
  }

  /**
   * Makes a call.
   *
   * @throws AttachException if the target does not answer within {@code patience}, or has failed to
   *     before
   * @throws ExecutionException if the call fails
   */
  <T> T call(Duration patience, Callable<T> call) throws AttachException, ExecutionException {
    String before = givenUp;
    if (before != null) {
      throw new AttachException(before);
    }
    long end = System.nanoTime() + patience.toNanos();
    Future<T> answer = thread.submit(call);
    while (true) {
      long rest = Math.max(0, end - System.nanoTime());
      try {
        return answer.get(Math.min(rest, GLANCE.toNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (target.hasEnded()) {
          throw giveUp(answer, "process " + target.pid() + " has ended", e);
        }
        if (target.isStopped()) {
          throw giveUp(answer, target.helpStopped(), e);
        }
        if (rest == 0) {
          throw giveUp(answer, silent(patience), e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw giveUp(answer, "interrupted while waiting for process " + target.pid(), e);
      }
    }
  }

  private AttachException giveUp(Future<?> answer, String reason, Exception cause) {
    answer.cancel(true);
    givenUp = reason;
    return new AttachException(reason, cause);
  }

  private String silent(Duration patience) {
    return "process %d has not answered for %d s: it hangs, or a debugger holds it"
        .formatted(target.pid(), patience.toSeconds());
  }

  /** Ends the thread, unless it waits for the target. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
