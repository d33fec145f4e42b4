package io.rmm.exporter.tuning;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.WhatIf;
import io.rmm.allocator.log.Log;
import io.rmm.exporter.tuning.RetentionPolicy.Bounds;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The mechanism around {@link RetentionPolicy}: takes the samples, keeps the window, and has done
 * what was decided. {@link #tick} belongs to one thread; {@link #close} may be called by any.
 */
final class RetentionLoop implements MemoryListener, AutoCloseable {

  /** Failed steps in a row after which the tuner gives up. */
  static final int MOST_FAILURES = 5;

  private final MemoryManager manager;
  private final Bounds bounds;
  private final LongSupplier nanoTime;
  private final ScheduledExecutorService ticker;
  private final ReturnCosts costs = new ReturnCosts();
  private final OutcomeWatch watch = new OutcomeWatch();
  private final ArrayDeque<DemandSample> window = new ArrayDeque<>();
  private MoveHistory history = MoveHistory.none();
  private String lastRule = "";
  private int failures;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The model as of the last step, for those who ask; null while there is none. */
  private volatile @Nullable RetentionModel model;

  RetentionLoop(MemoryManager manager, Bounds bounds, LongSupplier nanoTime) {
    this.manager = manager;
    this.bounds = bounds;
    this.nanoTime = nanoTime;
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform()
                .daemon()
                .name("rmm-tuner-" + manager.name())
                .inheritInheritableThreadLocals(false)
                .factory());
    manager.beginTuning(TuningMode.APPLY, this::whatIf);
    manager.addListener(this);
  }

  static RetentionLoop start(MemoryManager manager, Bounds bounds) {
    RetentionLoop loop = new RetentionLoop(manager, bounds, System::nanoTime);
    var _ = loop.ticker.scheduleWithFixedDelay(loop::tick, 1, 1, TimeUnit.SECONDS);
    return loop;
  }

  @Override
  public void onChunk(ChunkEvent event) {
    costs.add(event);
  }

  /** Takes a sample, and does what follows from the window. Never throws. */
  void tick() {
    try {
      step(nanoTime.getAsLong());
      failures = 0;
    } catch (RuntimeException | Error e) { // which would end the ticking without a word
      Log.logger("io.rmm.exporter.tuning")
          .log(Level.DEBUG, "a step of the tuner of " + manager.name() + " failed", e);
      if (++failures >= MOST_FAILURES) {
        Log.logger("io.rmm.exporter.tuning")
            .log(
                Level.WARNING,
                "the tuner of memory manager {0} gives up after {1} failures, the last being {2};"
                    + " the retained limit stays at {3} bytes",
                manager.name(),
                failures,
                e,
                manager.knob(TuningKnob.RETAINED_BYTES));
        close();
      }
    }
  }

  private void step(long nanos) {
    TuningMode mode = manager.tuningMode().orElse(TuningMode.OFF);
    if (mode == TuningMode.OFF) {
      // What was seen before is no demand of now when it goes on.
      window.clear();
      lastRule = "";
      model = null;
      watch.end(costs.nanos()).ifPresent(this::tell);
      costs.pause();
      return;
    }
    MemorySnapshot snapshot = manager.snapshot();
    window.addLast(DemandSample.of(snapshot, costs.trimmedBytes(), nanos));
    while (nanos - window.getFirst().nanos() > DemandStatistics.WINDOW.toNanos()) {
      window.removeFirst();
    }
    List<DemandInterval> intervals = DemandInterval.of(List.copyOf(window));
    costs.step(intervals.getLast().mapped());
    RetentionModel now = RetentionModel.of(intervals, costs.prices());
    model = now;
    watch.sample(nanos, snapshot.retainedBytes(), snapshot.retainedLimitBytes());
    watch.due(costs.nanos()).ifPresent(this::tell);
    TuningDecision decision =
        RetentionPolicy.decide(
            DemandStatistics.of(intervals),
            snapshot.retainedLimitBytes(),
            boundsNow(snapshot),
            history,
            nanos);
    if (mode == TuningMode.ADVISE) {
      decision = advice(decision, now);
    }
    boolean held = decision.verdict() == Verdict.HELD;
    if (held
        && (decision.rule().equals(lastRule)
            || decision.rule().equals(RetentionPolicy.RULE_SETTLED)
            || decision.rule().equals(RetentionPolicy.RULE_WARM_UP))) {
      return;
    }
    lastRule = decision.rule();
    decision = decision.predicting(now.under(decision.newValue()));
    if (held) {
      manager.tune(decision);
    } else {
      watch.end(costs.nanos()).ifPresent(this::tell);
      manager.tune(decision);
      watch.begin(decision, nanos, costs.nanos());
      history = history.with(nanos, decision.verdict());
    }
    Log.logger("io.rmm.exporter.tuning")
        .log(
            held ? Level.DEBUG : Level.INFO,
            "{0}: {1} {2} from {3} to {4} bytes ({5}): {6}",
            manager.name(),
            decision.knob().id(),
            decision.verdict().name().toLowerCase(Locale.ROOT),
            decision.oldValue(),
            decision.newValue(),
            decision.rule(),
            decision.reason());
  }

  /**
   * Returns {@code decision} as one that leaves the knob alone, and says what it would have been.
   */
  private static TuningDecision advice(TuningDecision decision, RetentionModel model) {
    String reason =
        decision.verdict() == Verdict.HELD
            ? decision.reason()
            : "in mode APPLY it would be "
                + decision.verdict().name().toLowerCase(Locale.ROOT)
                + " to "
                + decision.newValue()
                + ": "
                + decision.reason()
                + "; predicted "
                + inWords(model.under(decision.newValue()));
    return new TuningDecision(
        decision.knob(),
        decision.oldValue(),
        decision.oldValue(),
        Verdict.HELD,
        decision.rule(),
        reason,
        TuningMode.ADVISE);
  }

  private void tell(TuningOutcome outcome) {
    manager.assess(outcome);
    TuningDecision decision = outcome.decision();
    Log.logger("io.rmm.exporter.tuning")
        .log(
            Level.INFO,
            "{0}: {1} {2} from {3} to {4} bytes {5} s ago is {6}confirmed; predicted {7}, measured {8}",
            manager.name(),
            decision.knob().id(),
            decision.verdict().name().toLowerCase(Locale.ROOT),
            decision.oldValue(),
            decision.newValue(),
            outcome.span().toSeconds(),
            outcome.confirmed() ? "" : "not ",
            inWords(decision.predicted()),
            inWords(outcome.measured()));
  }

  private static String inWords(TuningEffect effect) {
    if (effect.equals(TuningEffect.UNKNOWN)) {
      return "nothing";
    }
    String cost = effect.isCostKnown() ? effect.cost() + " ns/s" : "an unknown cost";
    return cost + " and " + effect.bytes() + " bytes idle";
  }

  /** Tells what lower and higher limits would do, that in force among them. */
  private List<WhatIf> whatIf() {
    RetentionModel now = model;
    if (now == null) {
      return List.of();
    }
    long limit = manager.knob(TuningKnob.RETAINED_BYTES);
    long most = Long.MAX_VALUE / 4;
    return LongStream.of(
            limit / 4, limit / 2, limit, 2 * Math.min(limit, most), 4 * Math.min(limit, most))
        .distinct()
        .mapToObj(value -> new WhatIf(TuningKnob.RETAINED_BYTES, value, now.under(value)))
        .filter(row -> row.predicted().areBytesKnown())
        .toList();
  }

  /** The root's hard limit may change at any time, and be below the floor. */
  private Bounds boundsNow(MemorySnapshot snapshot) {
    long hard =
        snapshot.budgets().isEmpty()
            ? Long.MAX_VALUE
            : snapshot.budgets().getFirst().limits().hard();
    long ceiling = Math.min(bounds.ceilingBytes(), hard);
    return new Bounds(Math.min(bounds.floorBytes(), ceiling), ceiling);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      manager.removeListener(this);
      ticker.shutdown();
      manager.endTuning();
      watch.end(costs.nanos()).ifPresent(this::tell);
    }
  }
}
