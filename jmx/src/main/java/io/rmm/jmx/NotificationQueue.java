package io.rmm.jmx;

import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits to be sent to the JMX listeners of one source, of all kinds together.
 *
 * <p>Nothing is sent in the thread in which it happened: a listener may be slow, or wait for that
 * very thread. One daemon thread sends one after the other; it is there while there is something to
 * send, and for a second longer. A listener that blocks holds up the later notifications of this
 * source and nothing else. What waits is limited; beyond that, notifications are dropped and
 * counted. A listener that throws, even an error, costs the others nothing.
 *
 * <p>What a listener itself causes is not sent, and counts as dropped: one that misuses memory
 * would cause the next notification by each that it gets, without end.
 */
final class NotificationQueue implements AutoCloseable {

  /** Some 200 KiB of incidents at the worst; a listener that keeps up never sees ten. */
  static final int CAPACITY = 256;

  private static final ScopedValue<Boolean> SENDING = ScopedValue.newInstance();

  private final ThreadPoolExecutor sender;
  private final Semaphore room = new Semaphore(CAPACITY);
  private final AtomicLong dropped = new AtomicLong();

  NotificationQueue(String sourceName) {
    this.sender =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform()
                .daemon()
                .name("rmm-jmx-send-" + sourceName)
                .inheritInheritableThreadLocals(false)
                .factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    sender.allowCoreThreadTimeOut(true);
  }

  /** Has {@code sending} run soon, unless there is no room. Returns whether there was. */
  boolean offer(Runnable notification) {
    if (SENDING.isBound() || !room.tryAcquire()) {
      dropped.incrementAndGet();
      return false;
    }
    sender.execute(() -> send(notification));
    return true;
  }

  private void send(Runnable notification) {
    try {
      ScopedValue.where(SENDING, true).run(() -> quietly(notification));
    } finally {
      room.release();
    }
  }

  /** Calls each listener by itself, so that one which throws keeps nothing from the next. */
  static final Executor EACH_BY_ITSELF = NotificationQueue::quietly;

  private static void quietly(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "a JMX notification was not taken", e);
    }
  }

  /** Returns how many were dropped, of all kinds. */
  long dropped() {
    return dropped.get();
  }

  /** Sends what waits, for a second at most. */
  @Override
  public void close() {
    sender.shutdown();
    try {
      sender.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
