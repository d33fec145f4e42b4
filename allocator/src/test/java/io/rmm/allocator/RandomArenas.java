package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What a random program does with arenas, and what must come of each act. */
final class RandomArenas {

  private final Engine engine;
  private final Chance chance;
  private final Exchange exchange;
  private final Holdings holdings;
  private final ForeseenRefusals refusals;

  RandomArenas(
      Engine engine,
      Chance chance,
      Exchange exchange,
      Holdings holdings,
      ForeseenRefusals refusals) {
    this.engine = engine;
    this.chance = chance;
    this.exchange = exchange;
    this.holdings = holdings;
    this.refusals = refusals;
  }

  /**
   * Allocates in an arena, most often; else closes one or gives it to another program.
   *
   * @return the budget of a deferred arena that it closed, or null
   */
  BudgetNode use(List<BudgetNode> budgets) {
    List<Exchange.OpenArena> arenas = holdings.arenas();
    if (arenas.isEmpty() || chance.below(8) == 0) {
      arenas.add(open(chance.pick(budgets)));
    }
    Exchange.OpenArena open = chance.pick(arenas);
    switch (chance.below(16)) {
      case 0, 1 -> {
        arenas.remove(open);
        exchange.close(open);
        return open.arena() instanceof DeferredArena ? open.budget() : null;
      }
      case 2 -> trade(open);
      default -> allocate(open);
    }
    return null;
  }

  private Exchange.OpenArena open(BudgetNode budget) {
    int kind = chance.below(3);
    Arena arena =
        switch (kind) {
          case 0 -> budget.openConfinedArena();
          case 1 -> budget.openSharedArena();
          default -> budget.openDeferredArena();
        };
    return new Exchange.OpenArena(arena, kind != 0, budget, new ArrayList<>());
  }

  private void allocate(Exchange.OpenArena open) {
    long size = chance.size();
    long alignment = 1L << chance.below(8);
    boolean ownMemory = engine.source().canChangeScope();
    long slot = ownMemory ? leastSlotBytes(open.budget(), size, alignment) : Math.max(1, size);
    // It may find room in a region that the arena holds already, and then nobody refuses it.
    boolean mayBeAtHand = ownMemory && size <= ArenaRegions.MAX_BYTES;
    String refuser = refusals.refuser(open.budget(), slot);
    try {
      MemorySegment segment = open.arena().allocate(size, alignment);
      ForeseenRefusals.checkGranted(refuser == null || mayBeAtHand, refuser, slot);
      assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) size])))
          .as("an arena's segment is zeroed")
          .isEqualTo(-1);
      open.segments().add(new Held(segment, -1, 0, chance.stamp(), open.budget()));
    } catch (AllocationRejectedException e) {
      refusals.checkRejected(e, open.budget(), refuser);
    }
  }

  /** Returns the bytes of the smallest slot that an arena may take for such a segment. */
  private static long leastSlotBytes(BudgetNode budget, long size, long alignment) {
    int sizeClass =
        ArenaRegions.isSmall(size, alignment)
            ? budget.sizeClass(ArenaRegions.needed(size, alignment))
            : budget.sizeClass(size, alignment);
    return ForeseenRefusals.slotBytes(sizeClass, size);
  }

  private void trade(Exchange.OpenArena mine) {
    if (mine.shared() && chance.even()) {
      holdings.arenas().remove(mine);
      exchange.arenas().add(mine);
    }
    Exchange.OpenArena theirs = chance.even() ? exchange.arenas().poll() : null;
    if (theirs != null) {
      theirs.segments().forEach(Held::checkStamp);
      holdings.arenas().add(theirs);
    }
  }

  /** Closes what dies with the thread, which is about to end. */
  void endThread() {
    List<Exchange.OpenArena> confined =
        holdings.arenas().stream().filter(open -> !open.shared()).toList();
    confined.forEach(exchange::close);
    holdings.arenas().removeAll(confined);
  }

  void closeAll() {
    holdings.arenas().forEach(exchange::close);
    holdings.arenas().clear();
  }

  /**
   * Checks, after the clock's tick or a purge, that the memory of no deferred arena waits but for
   * an open one of its batch.
   */
  void checkDeferredGone() {
    assertThat(exchange.waiting()).allMatch(holdings::isHeldUp);
  }
}
