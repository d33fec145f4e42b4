package io.rmm.stress;

import io.rmm.allocator.Budget;
import java.lang.foreign.Arena;

/** The arenas that a budget opens. */
enum ArenaKind {
  /** For one thread. */
  CONFINED,

  /** For all threads, closed at once. */
  SHARED,

  /** For all threads, closed with others of its batch. */
  DEFERRED;

  Arena open(Budget budget) {
    return switch (this) {
      case CONFINED -> budget.openConfinedArena();
      case SHARED -> budget.openSharedArena();
      case DEFERRED -> budget.openDeferredArena();
    };
  }
}
