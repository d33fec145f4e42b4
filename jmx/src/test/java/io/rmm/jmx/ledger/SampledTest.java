package io.rmm.jmx.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SampledTest {

  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final ScheduledThreadPoolExecutor worker = new ScheduledThreadPoolExecutor(1);
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - HOUR); // overflows on the way

  @AfterEach
  void end() {
    worker.shutdownNow();
  }

  @Test
  void nothingIsSampledBeforeSomebodyReads() {
    Sampled<Integer> sampled = sampled(MILLI, HOUR);

    assertThat(worker.getTaskCount()).isZero();
    assertThat(sampled.current()).isPresent();
  }

  @Test
  void theLatestIsReadWithoutWaiting() {
    CountDownLatch end = new CountDownLatch(1);
    Sampled<Integer> sampled =
        new Sampled<>(
            () -> {
              awaitEndOf(end);
              return taken.incrementAndGet();
            },
            HOUR,
            worker,
            System::nanoTime,
            System::nanoTime);

    assertThat(sampled.latest()).isEmpty();
    assertThat(sampled.latest()).isEmpty();
    end.countDown();
    await().until(() -> sampled.latest().isPresent());
    assertThat(taken).hasValue(1);
  }

  /** A client that comes once a minute is not to find the sample of its last visit. */
  @Test
  void oneReadHasTheWorkerGoOnForAWhile() {
    Sampled<Integer> sampled = sampled(MILLI, HOUR);
    sampled.latest();

    await().until(() -> taken.get() >= 5);
    assertThat(sampled.current().orElseThrow()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void whereNobodyReadsAnyMoreNothingIsDone() {
    Sampled<Integer> sampled = sampled(MILLI, 50 * MILLI);
    sampled.latest();

    await().until(this::nothingIsPlanned);

    int before = taken.get();
    assertThat(sampled.latest()).contains(before);
    await().until(() -> taken.get() > before);
  }

  @Test
  void stoppedItForgetsAndDoesNothing() {
    Sampled<Integer> sampled = sampled(MILLI, HOUR);
    assertThat(sampled.current()).isPresent();

    sampled.stop();

    await().until(this::nothingIsPlanned);
    int before = taken.get();
    assertThat(sampled.current().orElseThrow()).isGreaterThan(before);
  }

  /** One percent of a processor at the most. */
  @Test
  void whatTakesLongIsTakenSeldom() throws Exception {
    Sampled<Integer> sampled =
        new Sampled<>(
            () -> {
              clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
              return taken.incrementAndGet();
            },
            MILLI,
            HOUR,
            worker,
            clock::get,
            clock::get);
    sampled.latest();
    await().until(() -> taken.get() == 2); // the first is dear whatever the process
    worker.submit(() -> {}).get();

    assertThat(((Delayed) worker.getQueue().element()).getDelay(TimeUnit.MINUTES))
        .isBetween(98L, 100L);
    clock.addAndGet(TimeUnit.MINUTES.toNanos(99));
    assertThat(sampled.current()).as("still kept").contains(2);
  }

  @Test
  void anOldSampleIsNotShownToWhoCanWait() {
    Sampled<Integer> sampled =
        new Sampled<>(
            () -> {
              clock.addAndGet(MILLI);
              return taken.incrementAndGet();
            },
            MILLI,
            0,
            worker,
            clock::get,
            clock::get);
    sampled.latest();
    await().until(this::nothingIsPlanned);
    int before = taken.get();
    clock.addAndGet(HOUR);

    assertThat(sampled.latest()).contains(before);
    assertThat(sampled.current().orElseThrow()).isGreaterThan(before);
  }

  @Test
  void whatFailsIsNotTriedAtEachRead() {
    Sampled<Integer> sampled =
        new Sampled<>(
            () -> {
              taken.incrementAndGet();
              throw new IllegalStateException("thrown by a test");
            },
            HOUR,
            worker,
            System::nanoTime,
            System::nanoTime);

    assertThat(sampled.current()).isEmpty();
    assertThat(sampled.current()).isEmpty();
    assertThat(taken).hasValue(1);
  }

  @Test
  void withoutItsWorkerItHasNothing() {
    worker.shutdown();
    assertThat(sampled(MILLI, HOUR).current()).isEmpty();
  }

  private Sampled<Integer> sampled(long freshNanos, long readForNanos) {
    return new Sampled<>(
        taken::incrementAndGet,
        freshNanos,
        readForNanos,
        worker,
        System::nanoTime,
        System::nanoTime);
  }

  private boolean nothingIsPlanned() throws Exception {
    worker.submit(() -> {}).get(); // behind what the one thread does now
    return worker.getQueue().isEmpty();
  }

  private static void awaitEndOf(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
