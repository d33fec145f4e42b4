package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.SizeClasses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What a random program does with arenas, and what must come of each act. */
final class RandomArenas {

  private final Engine engine;
  private final Chance chance;
  private final Holdings holdings;
  private final ForeseenRefusals refusals;

  RandomArenas(Engine engine, Chance chance, Holdings holdings, ForeseenRefusals refusals) {
    this.engine = engine;
    this.chance = chance;
    this.holdings = holdings;
    this.refusals = refusals;
  }

  /** Allocates in an arena, most often; else closes one or gives it to another program. */
  void use(List<BudgetNode> budgets, Exchange exchange) {
    List<Exchange.OpenArena> arenas = holdings.arenas();
    if (arenas.isEmpty() || chance.below(8) == 0) {
      arenas.add(open(chance.pick(budgets)));
    }
    Exchange.OpenArena open = chance.pick(arenas);
    switch (chance.below(16)) {
      case 0 -> {
        arenas.remove(open);
        close(open);
      }
      case 1 -> trade(open, exchange);
      default -> allocate(open);
    }
  }

  private Exchange.OpenArena open(BudgetNode budget) {
    boolean shared = chance.even();
    Arena arena = shared ? budget.openSharedArena() : budget.openConfinedArena();
    return new Exchange.OpenArena(arena, shared, budget, new ArrayList<>());
  }

  private void allocate(Exchange.OpenArena open) {
    long size = chance.size();
    long alignment = 1L << chance.below(8);
    boolean ownMemory = engine.source().canChangeScope();
    long slot = ownMemory ? leastSlotBytes(size, alignment) : Math.max(1, size);
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
  private static long leastSlotBytes(long size, long alignment) {
    int sizeClass =
        ArenaRegions.isSmall(size, alignment)
            ? SizeClasses.of(ArenaRegions.needed(size, alignment))
            : SizeClasses.aligned(size, alignment);
    return ForeseenRefusals.slotBytes(sizeClass, size);
  }

  private void trade(Exchange.OpenArena mine, Exchange exchange) {
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
    confined.forEach(RandomArenas::close);
    holdings.arenas().removeAll(confined);
  }

  void closeAll() {
    holdings.arenas().forEach(RandomArenas::close);
    holdings.arenas().clear();
  }

  private static void close(Exchange.OpenArena open) {
    open.segments().forEach(Held::checkStamp);
    open.arena().close();
  }
}
