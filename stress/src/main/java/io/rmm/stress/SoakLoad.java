package io.rmm.stress;

import io.rmm.allocator.Budget;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a soak, and what they hold together.
 *
 * <p>A thread works in batches, and dies after some of them; another takes its place. Whoever wants
 * all to be quiet takes the lock that every batch shares.
 */
final class SoakLoad {

  /** Where blocks change hands. */
  private static final int PLACES = 2_048;

  private static final int STEPS_A_BATCH = 500;

  /** Batches of a thread's life: some seconds. */
  private static final int BATCHES_A_LIFE = 2_000;

  /** Within that, the clock must have closed all batches of deferred arenas: some of its ticks. */
  private static final Duration TIME_TO_CLOSE_BATCHES = Duration.ofSeconds(2);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  /** Seconds within which idle memory must have gone back by itself. */
  private static final int SECONDS_TO_GIVE_BACK = 10;

  private final MemoryManager manager;
  private final List<Budget> budgets;
  private final long seed;
  private final Failures failures;
  private final AtomicReferenceArray<@Nullable Holding> places = new AtomicReferenceArray<>(PLACES);
  private final Set<SoakWorker> workers = ConcurrentHashMap.newKeySet();
  private final AtomicLong threads = new AtomicLong();
  private final LongAdder liveBlocks = new LongAdder();
  private final Map<String, LongAdder> requestedBytes = new ConcurrentHashMap<>();

  private final Map<ArenaKind, LongAdder> arenas = new EnumMap<>(ArenaKind.class);

  /** Fair, or the batches would never let anybody come between. */
  private final ReadWriteLock gate = new ReentrantReadWriteLock(true);

  /** Whether freed memory rests. */
  private final boolean quarantining;

  /** Bytes of the pages in which freed memory rested while nothing was live. */
  private long mostResting;

  private volatile boolean stopped;

  SoakLoad(
      MemoryManager manager,
      boolean quarantining,
      List<Budget> budgets,
      long seed,
      Failures failures) {
    this.manager = manager;
    this.quarantining = quarantining;
    this.budgets = budgets;
    this.seed = seed;
    this.failures = failures;
    budgets.forEach(budget -> requestedBytes.put(budget.path(), new LongAdder()));
    for (ArenaKind kind : ArenaKind.values()) {
      arenas.put(kind, new LongAdder());
    }
  }

  MemoryManager manager() {
    return manager;
  }

  /** Returns how many threads have been started. */
  long threads() {
    return threads.get();
  }

  /** Returns the most that was committed while nothing was live, for what rested there. */
  long mostResting() {
    return mostResting;
  }

  // ---- threads ----

  /** Starts a line of threads, one after the other; {@code ended} is counted down at its end. */
  void start(Thread.Builder kind, CountDownLatch ended) {
    long number = threads.incrementAndGet();
    kind.start(() -> live(kind, number, ended));
  }

  private void live(Thread.Builder kind, long number, CountDownLatch ended) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + number);
    SoakWorker worker = new SoakWorker(this, random);
    workers.add(worker);
    try {
      for (int batches = random.nextInt(1, BATCHES_A_LIFE); batches > 0 && !stopped; batches--) {
        amongOthers(
            () -> {
              for (int step = 0; step < STEPS_A_BATCH; step++) {
                worker.step();
              }
            });
      }
      amongOthers(worker::die);
    } catch (Throwable e) {
      failures.add(e);
      stopped = true;
    } finally {
      workers.remove(worker);
    }
    if (stopped) {
      ended.countDown();
    } else {
      start(kind, ended);
    }
  }

  private void amongOthers(Runnable batch) {
    gate.readLock().lock();
    try {
      batch.run();
    } finally {
      gate.readLock().unlock();
    }
  }

  /** Lets all threads end after their batch. */
  void stop() {
    stopped = true;
  }

  // ---- what is held; called by workers ----

  Budget anyBudget(RandomGenerator random) {
    return budgets.get(random.nextInt(budgets.size()));
  }

  void count(Budget budget, int blocks, long bytes) {
    liveBlocks.add(blocks);
    LongAdder requested = requestedBytes.get(budget.path());
    if (requested != null) {
      requested.add(bytes);
    }
  }

  void countArena(ArenaKind kind) {
    LongAdder opened = arenas.get(kind);
    if (opened != null) {
      opened.increment();
    }
  }

  /** Returns how many arenas have been opened, by kind. */
  Map<ArenaKind, LongAdder> arenas() {
    return arenas;
  }

  void free(Holding holding) {
    holding.free(manager);
    count(holding.budget, -1, -holding.bytes);
  }

  /** Puts {@code mine} somewhere, and returns what was there. */
  @Nullable Holding trade(RandomGenerator random, @Nullable Holding mine) {
    return places.getAndSet(random.nextInt(PLACES), mine);
  }

  // ---- quiet moments ----

  /**
   * Checks, while all threads wait, that the manager says what they hold once the clock has closed
   * the batches of deferred arenas. In a lull besides frees everything, and checks that the memory
   * goes back by itself.
   */
  void whileQuiet(boolean lull, Runnable everySecond) throws InterruptedException {
    gate.writeLock().lock();
    try {
      workers.forEach(SoakWorker::closeDeferredArena);
      awaitBatchesClosed();
      check(manager.snapshot());
      if (lull) {
        freeAll();
        check(manager.snapshot());
        if (quarantining) {
          endRests(everySecond);
        }
        awaitGivenBack(everySecond);
      }
    } finally {
      gate.writeLock().unlock();
    }
  }

  /** Returns also if not all are closed in time: then the check fails. */
  private void awaitBatchesClosed() throws InterruptedException {
    long end = System.nanoTime() + TIME_TO_CLOSE_BATCHES.toNanos();
    while (manager.snapshot().liveBlocks() != liveBlocks.sum() && System.nanoTime() < end) {
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private void freeAll() {
    workers.forEach(SoakWorker::freeAll);
    for (int i = 0; i < PLACES; i++) {
      Holding holding = places.getAndSet(i, null);
      if (holding != null) {
        free(holding);
      }
    }
  }

  /**
   * Ends what rests in quarantine, after all else had its time to go back. The clock does not: a
   * quarantine keeps as much as it may until others come to rest. Since everything is freed,
   * nothing may be held up.
   */
  private void endRests(Runnable everySecond) throws InterruptedException {
    for (int second = 0; second < SECONDS_TO_GIVE_BACK; second++) {
      TimeUnit.SECONDS.sleep(1);
      everySecond.run();
    }
    mostResting = Math.max(mostResting, manager.snapshot().committedBytes());
    manager.purge();
  }

  private void awaitGivenBack(Runnable everySecond) throws InterruptedException {
    for (int second = 0; second < SECONDS_TO_GIVE_BACK && !isGivenBack(); second++) {
      TimeUnit.SECONDS.sleep(1);
      everySecond.run();
    }
    Quiet.require(manager.snapshot(), isGivenBack(), "idle memory goes back within 10 s");
  }

  private boolean isGivenBack() {
    MemorySnapshot snapshot = manager.snapshot();
    return snapshot.committedBytes() <= (16 << 20) + 1.1 * snapshot.usedBytes();
  }

  private void check(MemorySnapshot snapshot) {
    Quiet.check(snapshot);
    Quiet.require(snapshot, snapshot.liveBlocks() == liveBlocks.sum(), "live = blocks held");
    Quiet.require(snapshot, snapshot.openArenas() == 0, "no open arena");
    Quiet.checkNothingFound(snapshot);
    for (MemorySnapshot.BudgetUsage usage : snapshot.budgets()) {
      long expected =
          requestedBytes.entrySet().stream()
              .filter(entry -> isWithin(entry.getKey(), usage.path()))
              .mapToLong(entry -> entry.getValue().sum())
              .sum();
      Quiet.require(
          snapshot,
          usage.requestedBytes() == expected,
          "requested of " + usage.path() + " = " + expected);
    }
  }

  private static boolean isWithin(String path, String ancestor) {
    return path.equals(ancestor) || path.startsWith(ancestor + "/");
  }

  /** Frees everything, after all threads have ended. */
  void end() {
    freeAll();
  }
}
