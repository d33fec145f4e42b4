package io.rmm.allocator.observe;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.log.Log;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of one manager, and what keeps a bad one from doing harm.
 *
 * <p>Called outside every lock and hold. What a listener does in its own call is not told to
 * listeners, so that one which allocates does not call itself without end. A listener that fails
 * {@link #MAX_FAILURES} times in a row, or takes more than {@link #MAX_MEAN_NANOS} on average over
 * {@link #CALLS_TO_JUDGE} calls, is dropped with one line in the log. The average is that of
 * batches of so many calls, so that a listener is judged by what it does now.
 *
 * <p>While a manager's views are still being attached, what is told is kept for their listeners:
 * each hears everything once and in order, as if it had been there from the start. What happens
 * while one still hears what it missed waits for it in a queue of its own, so that nobody else is
 * held up.
 */
public final class Listeners {

  private static final int MAX_FAILURES = 100;
  private static final int CALLS_TO_JUDGE = 1_000;
  private static final long MAX_MEAN_NANOS = 1_000_000;

  /**
   * More than is told in half a second, unless every block is observed: 300 KiB at the worst. What
   * is beyond is not told late; the counters have it all the same.
   */
  private static final int MOST_KEPT = 2_048;

  private final CopyOnWriteArrayList<Registration> registrations = new CopyOnWriteArrayList<>();

  /**
   * Whether this thread is telling. One for each manager: telling of one must not silence another.
   * An array, since to set its element costs nothing, where to set the thread-local itself costs a
   * look-up each time; and not a class of ours, which would outlive its loader in threads that go
   * on.
   */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<boolean[]> telling = ThreadLocal.withInitial(() -> new boolean[1]);

  /** What has been told so far, if late listeners are to hear it; written under this lock. */
  private volatile @Nullable List<Consumer<MemoryListener>> kept;

  private final AtomicLong dropped = new AtomicLong();
  private final LongSupplier clock;

  /** Makes an empty list. */
  public Listeners() {
    this(System::nanoTime);
  }

  Listeners(LongSupplier clock) {
    this.clock = clock;
  }

  /** Adds {@code listener} unless it is there. */
  public void add(MemoryListener listener) {
    registrations.addIfAbsent(new Registration(listener));
  }

  /** Begins to keep what is told, for {@link #addAndTellKept}. */
  public synchronized void keep() {
    kept = new ArrayList<>();
  }

  /** Ends what {@link #keep} began. */
  public synchronized void forgetKept() {
    kept = null;
  }

  /** Adds {@code listener} unless it is there, and tells it what has been kept. */
  public void addAndTellKept(MemoryListener listener) {
    Registration registration = new Registration(listener);
    synchronized (this) {
      if (kept != null) {
        registration.waiting = new ArrayDeque<>(kept);
      }
      if (!registrations.addIfAbsent(registration)) {
        return;
      }
    }
    try {
      for (var call = nextWaiting(registration); call != null; call = nextWaiting(registration)) {
        tellOne(registration, call);
      }
    } finally {
      endWaiting(registration);
    }
  }

  /** Lets {@code registration} be told at once from now on, also if it has not caught up. */
  private synchronized void endWaiting(Registration registration) {
    registration.waiting = null;
  }

  /** Returns what {@code registration} is to be told next, if it still has to catch up. */
  private synchronized @Nullable Consumer<MemoryListener> nextWaiting(Registration registration) {
    ArrayDeque<Consumer<MemoryListener>> waiting = registration.waiting;
    Consumer<MemoryListener> next = waiting == null ? null : waiting.poll();
    if (next == null || !registrations.contains(registration)) {
      registration.waiting = null;
      return null;
    }
    return next;
  }

  /** Lets {@code call} wait, if {@code registration} still has to hear what was before it. */
  private synchronized boolean waits(Registration registration, Consumer<MemoryListener> call) {
    ArrayDeque<Consumer<MemoryListener>> waiting = registration.waiting;
    if (waiting == null) {
      return false;
    }
    if (waiting.size() < MOST_KEPT) {
      waiting.add(call);
    }
    return true;
  }

  /** Removes {@code listener} if it is there. */
  public void remove(MemoryListener listener) {
    registrations.remove(new Registration(listener));
  }

  /** Calls every listener. */
  public void tell(Consumer<MemoryListener> call) {
    if (!telling.get()[0] && (kept != null || !registrations.isEmpty())) {
      tellAll(call, kept == null ? registrations : keep(call));
    }
  }

  /** Keeps {@code call} if that is still wanted, and returns those who do not get it as kept. */
  private synchronized List<Registration> keep(Consumer<MemoryListener> call) {
    if (kept != null && kept.size() < MOST_KEPT) {
      kept.add(call);
    }
    return List.copyOf(registrations);
  }

  private void tellAll(Consumer<MemoryListener> call, List<Registration> hearers) {
    for (Registration hearer : hearers) {
      if (hearer.waiting == null || !waits(hearer, call)) {
        tellOne(hearer, call);
      }
    }
  }

  /**
   * Begins to tell in this thread, for {@link Tracing}.
   *
   * @return what is to be unset when the telling ends; null if this thread is at it already, or has
   *     no room to do so
   */
  boolean @Nullable [] beginTelling() {
    try {
      boolean[] mark = telling.get();
      if (mark[0]) {
        return null;
      }
      mark[0] = true;
      return mark;
    } catch (OutOfMemoryError | StackOverflowError e) {
      return null;
    }
  }

  /** Returns those that want to be told of every block. */
  List<Registration> tracing() {
    List<Registration> tracing = new ArrayList<>();
    for (Registration registration : registrations) {
      try {
        if (registration.listener.isTracing()) {
          tracing.add(registration);
        }
      } catch (Throwable e) {
        failed(registration, e);
      }
    }
    return tracing;
  }

  private void tellOne(Registration hearer, Consumer<MemoryListener> call) {
    boolean[] mark = telling.get();
    boolean before = mark[0];
    mark[0] = true;
    try {
      tell(hearer, call);
    } finally {
      // A listener that adds another is still being told itself.
      mark[0] = before;
    }
  }

  private void tell(Registration registration, Consumer<MemoryListener> call) {
    long start = now();
    try {
      call.accept(registration.listener);
      registration.succeeded();
    } catch (Throwable e) {
      // Whatever a listener throws, the allocation that it was told of has happened.
      failed(registration, e);
    }
    judge(registration, now() - start);
  }

  long now() {
    return clock.getAsLong();
  }

  /** Notes that {@code registration} failed. */
  void failed(Registration registration, Throwable failure) {
    if (registration.failed() >= MAX_FAILURES) {
      drop(registration, "it failed " + MAX_FAILURES + " times in a row, last with " + failure);
    }
  }

  /** Notes that a call of {@code registration} took {@code nanos}. */
  void judge(Registration registration, long nanos) {
    registration.nanos.addAndGet(nanos);
    if (registration.calls.incrementAndGet() % CALLS_TO_JUDGE == 0) {
      long mean = registration.nanos.getAndSet(0) / CALLS_TO_JUDGE;
      if (mean > MAX_MEAN_NANOS) {
        drop(registration, "it takes " + mean / 1_000 + " us a call");
      }
    }
  }

  private void drop(Registration registration, String reason) {
    if (registrations.remove(registration)) {
      dropped.incrementAndGet();
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "memory listener {0} is dropped: {1}",
              registration.listener.getClass().getName(),
              reason);
    }
  }

  /** Returns the number of listeners dropped so far. */
  public long dropped() {
    return dropped.get();
  }
}
