package io.rmm.allocator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that does what comes into its mind with memory, and knows what must come of it.
 *
 * <p>Here it is chosen what to do. What is done with {@linkplain RandomBlocks blocks} and with
 * {@linkplain RandomArenas arenas} is checked at once against what the program {@linkplain Holdings
 * holds}. Contents are stamped with a number of the block's own and looked at again when it goes.
 */
final class RandomProgram implements AutoCloseable {

  /** What is held at the most at a time, so that a run fits everywhere. */
  private static final long MAX_HELD_BYTES = 48 << 20;

  /** The budget whose limits no program changes. */
  static final String FIXED = "fixed";

  private final Engine engine;
  private final Exchange exchange;
  private final boolean alone;
  private final List<BudgetNode> budgets = new ArrayList<>();
  private final Chance chance;
  private final Holdings holdings;
  private final ForeseenRefusals refusals;
  private final RandomBlocks blocks;
  private final RandomArenas arenas;

  /**
   * Makes a program.
   *
   * @param exchange through which blocks and arenas go from program to program
   * @param alone whether no other program works with the engine, so that refusals are foreseeable
   */
  RandomProgram(Engine engine, long seed, Exchange exchange, boolean alone) {
    this.engine = engine;
    this.exchange = exchange;
    this.alone = alone;
    Budgets.forEach(engine.budgets().root(), budgets::add);
    this.chance = new Chance(seed);
    this.holdings = new Holdings(exchange);
    this.refusals = new ForeseenRefusals(holdings, alone);
    this.blocks = new RandomBlocks(engine, chance, holdings, refusals);
    this.arenas = new RandomArenas(engine, chance, exchange, holdings, refusals);
  }

  /** Does one thing. */
  void step() {
    while (holdings.bytes() > MAX_HELD_BYTES) {
      blocks.free();
    }
    int dice = chance.below(1000);
    if (dice < 380) {
      blocks.allocate(chance.pick(budgets), 1);
    } else if (dice < 430) {
      blocks.allocate(chance.pick(budgets), chance.alignment());
    } else if (dice < 750) {
      blocks.free();
    } else if (dice < 790) {
      blocks.share();
    } else if (dice < 840) {
      blocks.resize();
    } else if (dice < 880) {
      blocks.detach();
    } else if (dice < 940) {
      BudgetNode left = arenas.use(budgets);
      if (left != null) {
        takeRoomOf(left);
      }
    } else if (dice < 970) {
      blocks.handOver(exchange);
    } else if (dice < 980) {
      blocks.misuse();
    } else if (dice < 985) {
      setLimits();
    } else if (alone && dice < 995) {
      // The clock has one thread.
      engine.tick();
      arenas.checkDeferredGone();
    } else if (!alone && dice < 995) {
      // Lets another thread have this one's processor, or a virtual one its carrier.
      LockSupport.parkNanos(1);
    } else {
      engine.purge();
      if (alone) {
        arenas.checkDeferredGone();
      }
    }
  }

  private void setLimits() {
    BudgetNode budget = chance.pick(budgets);
    if (mayLimit(budget)) {
      budget.setLimits(chance.limits());
    }
  }

  private static boolean mayLimit(BudgetNode budget) {
    // The root's limit bounds what is committed, too, which this model does not foresee; and one
    // limit stays, so that a watcher can tell whether it is ever passed.
    return budget.parent() != null && !budget.name().equals(FIXED);
  }

  /** Allocates where there is no more room than a deferred arena has left that was just closed. */
  private void takeRoomOf(BudgetNode budget) {
    if (mayLimit(budget)) {
      budget.setLimits(BudgetLimits.hard(Math.max(1, budget.usedBytes())));
      blocks.allocate(budget, 1);
    }
  }

  /** Closes what dies with the thread, which is about to end. */
  void endThread() {
    arenas.endThread();
  }

  /** Returns everything held, segments of arenas included. */
  List<Held> everything() {
    return holdings.everything();
  }

  List<Exchange.OpenArena> arenas() {
    return holdings.arenas();
  }

  long rejections() {
    return refusals.count();
  }

  /** Frees everything. */
  @Override
  public void close() {
    arenas.closeAll();
    while (!holdings.blocks().isEmpty()) {
      blocks.free();
    }
  }
}
