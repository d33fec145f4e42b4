package io.rmm.exporter.otel;

import static io.rmm.allocator.signal.Attributes.EVENT_COUNT;
import static io.rmm.allocator.signal.Attributes.MANAGER_NAME;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.Logger;
import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.log.Log;
import io.rmm.allocator.signal.LogEvent;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Hands the events of one source over to OpenTelemetry, by a thread of its own.
 *
 * <p>A logger may do anything: the SDK's simple processor exports in the caller's thread and waits
 * for a dead endpoint. So the thread in which a misuse happens only puts the event into a bounded
 * queue; when that is full the event is dropped and counted, and nothing waits. One line a minute
 * in the local log tells of drops.
 *
 * <p><b>The pace.</b> The SDK's batch processor has a queue of 2,048 records and drops what does
 * not fit without a word. It stands still for 30 s at the most, its export timeout; at {@value
 * #MOST_A_CYCLE} records every 200 ms that is 1,500, and the {@value #MOST_AT_CLOSE} of a close fit
 * as well. So what must be dropped is dropped here, where it is counted, unless others fill that
 * queue too.
 *
 * <p>Counts are of events, not of records: a record that tells of a hundred repeats counts for a
 * hundred. Once all is told, {@code sent + dropped} is the number of events that happened.
 */
final class EventForwarder implements MemoryListener, AutoCloseable {

  static final int QUEUE_CAPACITY = 256;
  static final int MOST_A_CYCLE = 10;
  static final int MOST_AT_CLOSE = 500;

  /** How often repeated events are told as a number, unless told otherwise. */
  static final Duration REPEATS_INTERVAL = Duration.ofSeconds(30);

  private static final long CYCLE_MILLIS = 200;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
  private static final long WARNING_NANOS = Duration.ofMinutes(1).toNanos();
  private final String manager;
  private final Logger logger;
  private final long repeatsNanos;
  private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
  private final Repeats repeats = new Repeats();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread worker;
  private volatile String lastFailure = "";

  // The worker's own.
  private final Queue<Event> repeated = new ArrayDeque<>();
  private long warnedOf;
  private long warnedAt = System.nanoTime() - WARNING_NANOS;

  EventForwarder(String manager, Logger logger, Duration repeatsInterval) {
    this.manager = manager;
    this.logger = logger;
    this.repeatsNanos = repeatsInterval.toNanos();
    this.worker =
        Thread.ofPlatform()
            .daemon()
            .name("rmm-telemetry-" + manager)
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> TelemetryWork.run(this::work));
  }

  void start() {
    worker.start();
  }

  /** Returns the number of events handed over to the logger. */
  long sent() {
    return sent.get();
  }

  /** Returns the number of events that were not handed over. */
  long dropped() {
    return dropped.get();
  }

  /** Returns the number of events that wait. */
  long queued() {
    return queue.size();
  }

  /** Returns the nanoseconds for which the oldest event has waited; 0 if none waits. */
  long lagNanos() {
    Event oldest = queue.peek();
    return oldest == null
        ? 0
        : Math.max(0, Duration.between(oldest.time(), Instant.now()).toNanos());
  }

  /** Returns what the logger threw last; empty if it never did. */
  String lastFailure() {
    return lastFailure;
  }

  // ---- called where things happen ----

  @Override
  public void onMisuse(MisuseReport report) {
    Cause cause =
        new Cause(
            LogEvent.MISUSE,
            report.kind(),
            report.budget(),
            report.detectionSite(),
            report.allocationSite());
    forward(cause, () -> Event.of(report));
  }

  @Override
  public void onLeak(LeakSuspect suspect) {
    Cause cause =
        new Cause(
            LogEvent.LEAK_SUSPECTED,
            null,
            suspect.budget(),
            Site.UNKNOWN,
            suspect.allocationSite());
    forward(cause, () -> Event.of(suspect));
  }

  @Override
  public void onRejection(AllocationRejection rejection) {
    Cause cause =
        new Cause(
            LogEvent.ALLOCATION_REJECTED, null, rejection.budget(), Site.UNKNOWN, Site.UNKNOWN);
    forward(cause, () -> Event.of(rejection));
  }

  @Override
  public void onTuning(TuningDecision decision) {
    offer(Event.of(decision));
  }

  @Override
  public void onTuningOutcome(TuningOutcome outcome) {
    offer(Event.of(outcome));
  }

  private void forward(Cause cause, Supplier<Event> event) {
    if (TelemetryWork.isUnderWay()) {
      dropped.incrementAndGet();
    } else if (repeats.admit(cause)) {
      offer(event.get());
    }
  }

  void offer(Event event) {
    if (closing.getCount() == 0 || !queue.offer(event)) {
      dropped.addAndGet(event.count());
    }
  }

  /** As {@link #offer}, at the cost of the oldest event if there is no room. */
  void insist(Event event) {
    while (!queue.offer(event)) {
      Event oldest = queue.poll();
      if (oldest != null) {
        dropped.addAndGet(oldest.count());
      }
    }
  }

  // ---- the worker ----

  private void work() {
    long repeatsDue = System.nanoTime() + repeatsNanos;
    try {
      while (!closing.await(CYCLE_MILLIS, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() - repeatsDue >= 0 && repeated.isEmpty()) {
          tellRepeats();
          repeatsDue = System.nanoTime() + repeatsNanos;
        }
        handOver(MOST_A_CYCLE);
        warnOfDrops();
      }
      tellRepeats();
      handOver(MOST_AT_CLOSE);
      drop(queue);
      drop(repeated);
      warnOfDrops();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody who knows this thread does that
    }
  }

  private void tellRepeats() {
    repeats.takeCounts().forEach((cause, count) -> repeated.add(Event.repeated(cause, count)));
  }

  private void handOver(int most) {
    for (int i = 0; i < most; i++) {
      Event event = queue.poll();
      if (event == null) {
        event = repeated.poll();
      }
      if (event == null) {
        return;
      }
      handOver(event);
    }
  }

  private void handOver(Event event) {
    try {
      if (logger.isEnabled(event.severity(), event.context())) {
        AttributesBuilder attributes = Attributes.builder();
        attributes.put(MANAGER_NAME, manager).put(EVENT_COUNT, event.count());
        event.content().accept(attributes);
        logger
            .logRecordBuilder()
            .setEventName(event.type().eventName())
            .setSeverity(event.severity())
            .setTimestamp(event.time())
            .setContext(event.context())
            .setAllAttributes(attributes.build())
            .emit();
      }
      sent.addAndGet(event.count()); // also where the logger has said that it wants none
    } catch (RuntimeException | LinkageError e) { // the latter of an API older than ours
      dropped.addAndGet(event.count());
      lastFailure = String.valueOf(e);
      Log.logger("io.rmm.exporter.otel").log(Level.DEBUG, "the OpenTelemetry logger failed", e);
    }
  }

  private void drop(Queue<Event> events) {
    for (Event event = events.poll(); event != null; event = events.poll()) {
      dropped.addAndGet(event.count());
    }
  }

  private void warnOfDrops() {
    long now = System.nanoTime();
    long count = dropped.get();
    if (count > warnedOf && now - warnedAt >= WARNING_NANOS) {
      Log.logger("io.rmm.exporter.otel")
          .log(
              Level.WARNING,
              "events of memory manager {0} that were not handed over to OpenTelemetry: {1}; they came"
                  + " too fast, or its logger failed",
              manager,
              count - warnedOf);
      warnedOf = count;
      warnedAt = now;
    }
  }

  /** Hands over what is left, and waits for that for 2 s at the most. */
  @Override
  public void close() {
    closing.countDown();
    try {
      worker.join(CLOSE_TIMEOUT);
      drop(queue); // of a worker that is held up, or of a thread that came last
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
