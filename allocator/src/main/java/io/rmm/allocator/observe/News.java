package io.rmm.allocator.observe;

import io.rmm.allocator.MemoryListener;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What happened where listeners could not be told at once: under a lock, or on the clock's thread.
 *
 * <p>The clock is one thread for all managers of the process, and a listener may block. So what the
 * clock finds is told in a short-lived thread of the manager's own: a listener that blocks holds up
 * the news of its own manager and nothing else. Meanwhile the news that wait are bounded, and those
 * beyond are not told; the counters have them all the same.
 */
public final class News {

  /** More than a burst of chunks makes between two ticks; some 400 KiB at the worst. */
  private static final int MOST_WAITING = 8_192;

  private final Listeners listeners;

  /** Without a lock, since news of chunks come under the pool's, where nobody may wait for one. */
  private final ConcurrentLinkedQueue<Consumer<MemoryListener>> waiting =
      new ConcurrentLinkedQueue<>();

  /** How many wait, but for those that are being added or taken. */
  private final AtomicInteger count = new AtomicInteger();

  private final AtomicBoolean telling = new AtomicBoolean();

  /** Makes news for {@code listeners}. */
  public News(Listeners listeners) {
    this.listeners = listeners;
  }

  /** Notes {@code item}; never blocks. */
  public void add(Consumer<MemoryListener> item) {
    if (count.get() < MOST_WAITING) {
      waiting.add(item);
      count.incrementAndGet();
    }
  }

  /** Tells what waits, in the calling thread, which holds no lock of the kernel. */
  public void tell() {
    for (Consumer<MemoryListener> item = waiting.poll(); item != null; item = waiting.poll()) {
      count.decrementAndGet();
      listeners.tell(item);
    }
  }

  /** Tells what waits, in a thread of its own unless one is at it still. */
  public void tellApart() {
    if (!waiting.isEmpty() && telling.compareAndSet(false, true)) {
      try {
        teller().start(this::tellAndEnd);
      } catch (Throwable e) {
        telling.set(false);
        throw e;
      }
    }
  }

  /**
   * Tells what waits and then {@code last}, in a thread of its own, and waits for it, but no longer
   * than {@code most}: a listener may block. For whoever is about to end the process.
   */
  void tellAtLast(Consumer<MemoryListener> last, Duration most) {
    try {
      boolean _ =
          teller()
              .start(
                  () -> {
                    tell();
                    listeners.tell(last);
                  })
              .join(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A listener may block it for long: so it keeps nothing of the thread that starts it. */
  private static Thread.Builder.OfPlatform teller() {
    return Thread.ofPlatform().daemon().name("rmm-news").inheritInheritableThreadLocals(false);
  }

  private void tellAndEnd() {
    try {
      tell();
    } finally {
      telling.set(false);
    }
  }
}
