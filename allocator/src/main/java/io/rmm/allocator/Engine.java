package io.rmm.allocator;

import io.rmm.allocator.guard.Guards;
import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.heap.Usage;
import io.rmm.allocator.observe.Explainer;
import io.rmm.allocator.observe.Exporters;
import io.rmm.allocator.observe.Listeners;
import io.rmm.allocator.observe.MisuseDesk;
import io.rmm.allocator.observe.News;
import io.rmm.allocator.observe.Observer;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.observe.Tracing;
import io.rmm.allocator.source.PageSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one memory manager, and what concerns them all: giving memory back, the snapshot,
 * the end.
 */
final class Engine {

  /** The {@link TuningKnob#RETAINED_BYTES} of a manager that nobody has tuned. */
  static final long DEFAULT_RETAINED_BYTES = 64L << 20;

  /** Observed blocks that are known of beyond their end; enough to tell of a double free. */
  private static final int REMEMBERED = 1024;

  private final String name;
  private final PageSource source;
  private final ChunkNews chunkNews;
  private final ChunkPool pool;
  private final Heaps heaps;
  private final Sampler sampler;
  private final Listeners listeners = new Listeners();
  private final News news = new News(listeners);
  private final Tracing tracing = new Tracing(listeners);
  private final Observer observer;
  private final MisuseDesk misuse;
  private final @Nullable Quarantine quarantine;
  private final Guards guards;
  private final Budgets budgets;
  private final Shares shares = new Shares();
  private final DetachedBlocks detached = new DetachedBlocks();
  private final UnusualFrees unusualFrees;
  private final StrayWrites strayWrites;
  private final Explainer explainer;
  private final PressureWatch pressure = new PressureWatch(news);
  private final Refusals refusals = new Refusals(this);
  private final SlowArenaCloses slowArenaCloses = new SlowArenaCloses(this);
  private final Refills refills;
  private final Tuning tuning;
  private final Exporters exporters = new Exporters();
  private final Housekeeping housekeeping;

  /** Arenas that were closed by threads for which the closed manager made no heap any more. */
  private final AtomicLong arenasClosedLate = new AtomicLong();

  /** Whether a deferred arena was ever opened. */
  private volatile boolean hasDeferredArenas;

  private volatile boolean closed;

  Engine(String name, PageSource source, Sampler sampler, BudgetLimits limits) {
    this(name, source, sampler, limits, Safety.of(SafetyMode.STANDARD));
  }

  Engine(String name, PageSource source, Sampler sampler, BudgetLimits limits, Safety safety) {
    this(name, source, sampler, limits, safety, ProcessPressure.OF_THIS_PROCESS);
  }

  Engine(
      String name,
      PageSource source,
      Sampler sampler,
      BudgetLimits limits,
      Safety safety,
      ProcessPressure process) {
    this.name = name;
    boolean quarantining = safety.isQuarantining();
    this.observer =
        new Observer(
            listeners::tell, tracing, news, quarantining ? Quarantine.blocks(safety) : REMEMBERED);
    this.misuse = new MisuseDesk(observer, listeners, news, safety.mode(), safety.actions());
    this.unusualFrees = new UnusualFrees(this, shares, detached, misuse);
    this.source = source;
    this.sampler = sampler;
    this.chunkNews = new ChunkNews(name, news);
    this.pool = new ChunkPool(source, DEFAULT_RETAINED_BYTES, chunkNews);
    this.heaps = new Heaps(name, pool, safety.hasCanaries(), !quarantining);
    this.quarantine = quarantining ? new Quarantine(this, misuse, safety) : null;
    this.strayWrites = new StrayWrites(heaps, misuse);
    this.tuning = new Tuning(pool, listeners);
    this.refills = new Refills(this);
    this.budgets = new Budgets(this, limits);
    pool.setCommitLimit(limits.hard());
    this.guards =
        new Guards(source.guardPages(), safety.guardBudget(), this::bytesBelowLimit, misuse);
    // The portable source's chunks are arenas, and views end with them.
    boolean viewsEnd = quarantining || !source.canChangeScope();
    this.explainer =
        new Explainer(observer, new BlockLookup(pool, guards), safety.mode(), viewsEnd);
    this.housekeeping = new Housekeeping(this, tracing, chunkNews, process);
    if (safety.mode() == SafetyMode.PARANOID) {
      // From the first block on; otherwise not before the clock has time for it.
      guards.prepare();
    }
  }

  private long bytesBelowLimit() {
    return budgets.root().limits().hard() - pool.committedBytes();
  }

  /** Called four times a second by the {@link Clock}. */
  void tick() {
    housekeeping.tick();
  }

  /** Frees the detached block at {@code address}. */
  void free(long address) {
    unusualFrees.free(address);
  }

  void removeListener(MemoryListener listener) {
    listeners.remove(listener);
    // Lest it be told of blocks until the next tick.
    boolean _ = tracing.poll();
  }

  // ---- giving memory back ----

  void purge() {
    purge("asked");
    chunkNews.logReturnFailure();
    news.tell();
  }

  /** Gives back all memory that no live block needs. Listeners are told on the next tick. */
  void makeRoom() {
    purge("pressure");
  }

  private void purge(String cause) {
    StackRoom.check();
    freeLeftOver();
    if (quarantine != null) {
      quarantine.endAll();
    }
    heaps.purge(cause);
  }

  /** Frees what was left to be freed later. */
  void freeLeftOver() {
    unusualFrees.endRests();
    Budgets.forEach(budgets.root(), BudgetNode::tendArenas);
  }

  /**
   * Closes the deferred arenas that wait for it, before a budget refuses. Returns whether memory
   * went back.
   */
  boolean closeDeferredArenas() {
    if (!hasDeferredArenas) {
      return false;
    }
    StackRoom.check();
    AtomicBoolean any = new AtomicBoolean();
    Budgets.forEach(
        budgets.root(), node -> any.compareAndSet(false, node.deferredBatches().closeDone()));
    return any.get();
  }

  /** Notes that there is something to {@linkplain #closeDeferredArenas() close}. */
  void noteDeferredArenas() {
    hasDeferredArenas = true;
  }

  /** Gives idle memory back if more is committed than the root's hard limit allows since now. */
  void keepCommitLimit() {
    if (pool.committedBytes() > budgets.root().limits().hard()) {
      makeRoom();
    }
  }

  // ---- readings ----

  MemorySnapshot snapshot() {
    StackRoom.check();
    MemorySnapshot.Builder snapshot = MemorySnapshot.builder();
    BudgetReadings readings = new BudgetReadings(budgets.root());
    // In this order, as bytes go from the one to the other: together they never tell of more than
    // was ever mapped.
    long returned = pool.returnedBytes();
    long committed = pool.committedBytes();
    List<MemorySnapshot.BudgetUsage> usages = readings.usages(committed);
    usages.forEach(snapshot::budget);
    MemorySnapshot.BudgetUsage total = usages.getFirst();
    long active = heaps.readPages(snapshot, readings.reading(), total.usedBytes());
    snapshot
        .flow(total.allocations(), total.frees(), total.allocatedBytes(), total.freedBytes())
        .ladder(total.requestedBytes(), total.usedBytes(), active, committed, pool.reservedBytes())
        .peakUsedBytes(total.peakBytes())
        .rejections(usages.stream().mapToLong(MemorySnapshot.BudgetUsage::rejections).sum())
        .openArenas(openArenas())
        .system(returned, pool.systemCalls())
        .tuning(pool.retainedLimit(), tuning.decisions())
        .droppedListeners(listeners.dropped());
    observer.read(snapshot);
    guards.read(snapshot);
    misuse.read(snapshot);
    return snapshot.build();
  }

  private long openArenas() {
    return Math.max(0, heaps.openArenas() - arenasClosedLate.get());
  }

  // ---- life ----

  boolean isClosed() {
    return closed;
  }

  void countArenasClosedLate(int arenas) {
    arenasClosedLate.addAndGet(arenas);
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("memory manager " + name + " is closed");
    }
  }

  /** Says what is live. To be followed by {@link #close}. */
  void reportLive() {
    freeLeftOver();
    if (quarantine != null) {
      quarantine.endAll();
      quarantine.inspectHeldUp();
    }
    Usage total = budgets.root().usage();
    observer.findUnreachable();
    strayWrites.end();
    news.tell();
    guards.close();
    misuse.reportLive(total.allocations - total.frees, total.usedBytes(), openArenas());
  }

  void close() {
    closed = true;
    guards.close();
    heaps.close();
    chunkNews.logReturnFailure();
    news.tell();
  }

  String name() {
    return name;
  }

  Heaps heaps() {
    return heaps;
  }

  ChunkPool pool() {
    return pool;
  }

  PageSource source() {
    return source;
  }

  Sampler sampler() {
    return sampler;
  }

  SlowArenaCloses slowArenaCloses() {
    return slowArenaCloses;
  }

  PressureWatch pressure() {
    return pressure;
  }

  News news() {
    return news;
  }

  Observer observer() {
    return observer;
  }

  Guards guards() {
    return guards;
  }

  Listeners listeners() {
    return listeners;
  }

  Budgets budgets() {
    return budgets;
  }

  Tuning tuning() {
    return tuning;
  }

  Exporters exporters() {
    return exporters;
  }

  UnusualFrees unusualFrees() {
    return unusualFrees;
  }

  MisuseDesk misuse() {
    return misuse;
  }

  Explainer explainer() {
    return explainer;
  }

  StrayWrites strayWrites() {
    return strayWrites;
  }

  Refusals refusals() {
    return refusals;
  }

  Refills refills() {
    return refills;
  }

  Shares shares() {
    return shares;
  }

  DetachedBlocks detached() {
    return detached;
  }

  /** Returns where freed blocks rest, or null if they are given back at once. */
  @Nullable Quarantine quarantine() {
    return quarantine;
  }
}
