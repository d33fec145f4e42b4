package io.rmm.stress;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one thread of a soak does and holds. Used by that thread, or by another while it is quiet.
 */
final class SoakWorker {

  /** Bytes that a worker holds by itself; what it puts into the common places comes on top. */
  private static final long MOST_HELD_BYTES = 2 << 20;

  private static final long MOST_HUGE_BYTES = 8 << 20;

  private static final byte ARENA_STAMP = 0x5a;

  private final SoakLoad load;
  private final RandomGenerator random;
  private final List<Holding> held = new ArrayList<>();
  private long heldBytes;

  /** The deferred arena that was left open, if one was. */
  private @Nullable Arena deferred;

  SoakWorker(SoakLoad load, RandomGenerator random) {
    this.load = load;
    this.random = random;
  }

  /** Does one thing. */
  void step() {
    while (heldBytes > MOST_HELD_BYTES) {
      freeOne();
    }
    int dice = random.nextInt(100_000);
    try {
      if (dice < 45_000) {
        allocate();
      } else if (dice < 75_000) {
        freeOne();
      } else if (dice < 90_000) {
        trade();
      } else if (dice < 93_000) {
        resizeOne();
      } else if (dice < 95_000 && !held.isEmpty()) {
        any().share();
      } else if (dice < 97_000 && !held.isEmpty()) {
        any().detach();
      } else if (dice < 99_000) {
        useArena(open(ArenaKind.CONFINED));
      } else if (dice < 99_100) {
        useArena(open(ArenaKind.SHARED));
      } else if (dice < 99_800) {
        useDeferredArena();
      } else if (dice < 99_810) {
        setLimits();
      } else if (dice == 99_810 && random.nextInt(10) == 0) {
        load.manager().purge();
      }
    } catch (AllocationRejectedException e) {
      // Others may hold what there is; this one lets go of some of its own.
      freeOne();
    }
  }

  private void allocate() {
    long bytes = size();
    Budget budget = load.anyBudget(random);
    long alignment = random.nextInt(20) == 0 ? 1L << random.nextInt(4, 17) : 16;
    hold(new Holding(budget.allocate(bytes, alignment)));
    // Not before: what was refused is not counted.
    load.count(budget, 1, bytes);
  }

  /** Log-normal around 400 bytes, and one in a thousand with a chunk of its own. */
  private long size() {
    return random.nextInt(1_000) == 0
        ? random.nextLong(MOST_HUGE_BYTES)
        : (long) Math.min(256 << 10, Math.exp(random.nextGaussian(6, 1.8)));
  }

  private Holding any() {
    return held.get(random.nextInt(held.size()));
  }

  private void hold(Holding holding) {
    held.add(holding);
    heldBytes += holding.bytes;
  }

  private Holding take() {
    Holding last = held.removeLast();
    int index = random.nextInt(held.size() + 1);
    Holding taken = index == held.size() ? last : held.set(index, last);
    heldBytes -= taken.bytes;
    return taken;
  }

  private void freeOne() {
    if (!held.isEmpty()) {
      load.free(take());
    }
  }

  /** Puts a block where another worker finds it, and takes or frees what is there. */
  private void trade() {
    Holding mine = held.isEmpty() ? null : take();
    Holding theirs = load.trade(random, mine);
    if (theirs != null) {
      if (random.nextBoolean()) {
        hold(theirs);
      } else {
        load.free(theirs);
      }
    }
  }

  private void resizeOne() {
    if (held.isEmpty()) {
      return;
    }
    Holding old = take();
    if (!old.isResizable()) {
      hold(old);
      return;
    }
    long bytes = size();
    Holding resized = old;
    try {
      resized = old.resize(bytes);
      load.count(old.budget, 0, bytes - old.bytes);
    } finally {
      hold(resized);
    }
  }

  private Arena open(ArenaKind kind) {
    Arena arena = kind.open(load.anyBudget(random));
    load.countArena(kind);
    return arena;
  }

  /** Fills and closes an arena, so that it needs no place in what is counted. */
  private void useArena(Arena arena) {
    try (arena) {
      fill(arena);
    }
  }

  /**
   * Fills a deferred arena, and leaves it open in every other case, for the next such step to go on
   * with: so arenas of a batch overlap, and one that stays open holds up others.
   */
  private void useDeferredArena() {
    Arena arena = deferred == null ? open(ArenaKind.DEFERRED) : deferred;
    if (random.nextBoolean()) {
      deferred = arena;
      fill(arena);
    } else {
      deferred = null;
      useArena(arena);
    }
  }

  /** Closes the deferred arena that is open, so that nothing is held which is not counted. */
  void closeDeferredArena() {
    if (deferred != null) {
      deferred.close();
      deferred = null;
    }
  }

  private void fill(Arena arena) {
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      MemorySegment segment = arena.allocate(size());
      Holding.check(segment, (byte) 0);
      Holding.stamp(segment, ARENA_STAMP);
    }
  }

  private void setLimits() {
    Budget budget = load.anyBudget(random);
    if (budget.name().equals("cache") || budget.name().equals("other")) {
      budget.setLimits(
          random.nextBoolean()
              ? BudgetLimits.unlimited()
              : BudgetLimits.hard(random.nextLong(1 << 20, 32 << 20)));
    }
  }

  /** Frees everything. */
  void freeAll() {
    held.forEach(load::free);
    held.clear();
    heldBytes = 0;
  }

  /** Leaves about half of everything to others, and frees the rest. */
  void die() {
    closeDeferredArena();
    while (!held.isEmpty()) {
      Holding theirs = random.nextBoolean() ? load.trade(random, take()) : take();
      if (theirs != null) {
        load.free(theirs);
      }
    }
  }
}
