package io.rmm.allocator;

import io.rmm.allocator.log.Log;
import io.rmm.allocator.observe.GrowthWatch;
import io.rmm.allocator.observe.Tracing;

/**
 * What one manager has done by the {@link Clock}: in which order its parts have their turn, and how
 * often.
 *
 * <p>For the clock's thread.
 */
final class Housekeeping {

  /** Ticks of the clock in a second, at the end of which is done what need not be done at each. */
  private static final int TICKS_PER_SECOND = 4;

  private static final int TICKS_PER_WINDOW =
      TICKS_PER_SECOND * Math.toIntExact(GrowthWatch.WINDOW.toSeconds());

  private final Engine engine;
  private final Tracing tracing;
  private final ChunkNews chunkNews;
  private final SelfCheck selfCheck;
  private final ProcessPressureWatch processPressure;
  private final GrowthWatch growth = new GrowthWatch();
  private int ticks;

  /** Makes that of {@code engine}, whose parts are all there. */
  Housekeeping(Engine engine, Tracing tracing, ChunkNews chunkNews, ProcessPressure process) {
    this.engine = engine;
    this.tracing = tracing;
    this.chunkNews = chunkNews;
    this.selfCheck = new SelfCheck(engine.heaps(), engine.misuse());
    this.processPressure = new ProcessPressureWatch(process, engine.news());
  }

  /** Called four times a second. */
  void tick() {
    ticks++;
    if (ticks == 1) {
      logSource();
    }
    boolean secondEnds = ticks % TICKS_PER_SECOND == 0;
    engine.freeLeftOver();
    engine.heaps().tick(secondEnds);
    lookAtBudgets();
    trace();
    engine.strayWrites().tick();
    selfCheck.tick();
    engine.guards().prepare();
    if (secondEnds) {
      engine.sampler().tick();
      processPressure.look();
      engine.guards().tick();
    }
    engine.observer().findUnreachable();
    if (ticks % TICKS_PER_WINDOW == 0) {
      lookForGrowth();
    }
    chunkNews.logReturnFailure();
    engine.news().tellApart();
  }

  /** Not when the manager is built: see {@link Log}. */
  private void logSource() {
    Log.logger()
        .log(
            System.Logger.Level.DEBUG,
            "memory manager {0} takes its memory from the {1} page source",
            engine.name(),
            engine.source().name());
  }

  private void lookAtBudgets() {
    // To read is to note peaks.
    BudgetReadings readings = new BudgetReadings(engine.budgets().root());
    engine.pressure().look(readings);
    Quarantine quarantine = engine.quarantine();
    if (quarantine != null) {
      quarantine.tick(readings.total());
    }
  }

  /** Begins or ends to tell of every block, as listeners want. */
  private void trace() {
    boolean on = tracing.poll();
    engine.sampler().setTracing(on);
    if (on) {
      engine.heaps().markDue();
    }
  }

  private void lookForGrowth() {
    growth
        .endWindow(engine.observer().profile(engine.sampler().meanBytes()))
        .forEach(suspect -> engine.news().add(listener -> listener.onLeak(suspect)));
  }
}
