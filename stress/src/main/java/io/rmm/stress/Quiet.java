package io.rmm.stress;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;

/** What must hold of a manager while no operation is under way, as far as a snapshot tells it. */
final class Quiet {

  private Quiet() {}

  /** Checks the sums and the ladder of {@code snapshot}. */
  static void check(MemorySnapshot snapshot) {
    require(snapshot, snapshot.requestedBytes() <= snapshot.usedBytes(), "requested <= used");
    require(snapshot, snapshot.usedBytes() <= snapshot.activeBytes(), "used <= active");
    require(snapshot, snapshot.activeBytes() <= snapshot.committedBytes(), "active <= committed");
    require(
        snapshot, snapshot.committedBytes() <= snapshot.reservedBytes(), "committed <= reserved");
    require(
        snapshot,
        snapshot.allocatedBytes() - snapshot.freedBytes() == snapshot.usedBytes(),
        "allocated - freed = used");
    long live = 0;
    long used = 0;
    for (MemorySnapshot.SizeClassUsage sizeClass : snapshot.sizeClasses()) {
      live += sizeClass.liveBlocks();
      used += sizeClass.usedBytes();
    }
    require(snapshot, live == snapshot.liveBlocks(), "live blocks of all size classes = live");
    require(snapshot, used == snapshot.usedBytes(), "used of all size classes = used");
    for (MemorySnapshot.BudgetUsage budget : snapshot.budgets()) {
      require(
          snapshot,
          budget.allocatedBytes() - budget.freedBytes() == budget.usedBytes(),
          "allocated - freed = used of " + budget.path());
      require(
          snapshot, budget.usedBytes() <= budget.peakBytes(), "used <= peak of " + budget.path());
    }
  }

  /** Checks that nothing is left of all that {@code manager} has done, after a purge. */
  static void checkEmpty(MemoryManager manager) {
    manager.purge();
    MemorySnapshot end = manager.snapshot();
    check(end);
    require(end, end.liveBlocks() == 0, "no live block");
    require(end, end.openArenas() == 0, "no open arena");
    require(end, end.committedBytes() == 0, "nothing committed");
    checkNothingFound(end);
  }

  /** Checks that nothing was reported, and that nobody has missed a report. */
  static void checkNothingFound(MemorySnapshot snapshot) {
    require(snapshot, snapshot.misuses() == 0, "no misuse " + snapshot.misusesByKind());
    require(snapshot, snapshot.leakSuspects() == 0, "no block that seems lost");
    require(snapshot, snapshot.droppedListeners() == 0, "every listener is told");
  }

  static void require(MemorySnapshot snapshot, boolean condition, String what) {
    if (!condition) {
      throw new Violation("not true that " + what + ": " + snapshot);
    }
  }
}
