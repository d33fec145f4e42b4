package io.rmm.demo.views;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySnapshot.BudgetUsage;
import io.rmm.allocator.MemorySnapshot.SizeClassUsage;
import io.rmm.allocator.MisuseKind;
import io.rmm.demo.views.Figure.Part;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Every figure that a snapshot has: what all views have to show. */
final class SnapshotFigures {

  private SnapshotFigures() {}

  static Map<Figure, Long> of(MemorySnapshot snapshot) {
    Map<Figure, Long> figures = new TreeMap<>();
    addTotals(figures, snapshot);
    snapshot.budgets().forEach(budget -> addBudget(figures, budget));
    snapshot.sizeClasses().forEach(sizeClass -> addSizeClass(figures, sizeClass));
    for (MisuseKind kind : MisuseKind.values()) {
      figures.put(Figure.misuses(kind.name()), snapshot.misusesByKind().getOrDefault(kind, 0L));
    }
    return figures;
  }

  /** Returns those of {@code figures} that a view tells which tells of these names. */
  static Map<Figure, Long> only(Map<Part, Set<String>> names, Map<Figure, Long> figures) {
    Map<Figure, Long> told = new TreeMap<>(figures);
    told.keySet().removeIf(figure -> !names.get(figure.part()).contains(figure.name()));
    return told;
  }

  private static void addTotals(Map<Figure, Long> figures, MemorySnapshot snapshot) {
    figures.put(Figure.total("requested"), snapshot.requestedBytes());
    figures.put(Figure.total("used"), snapshot.usedBytes());
    figures.put(Figure.total("active"), snapshot.activeBytes());
    figures.put(Figure.total("committed"), snapshot.committedBytes());
    figures.put(Figure.total("reserved"), snapshot.reservedBytes());
    figures.put(Figure.total("peakUsed"), snapshot.peakUsedBytes());
    figures.put(Figure.total("liveBlocks"), snapshot.liveBlocks());
    figures.put(Figure.total("allocations"), snapshot.allocations());
    figures.put(Figure.total("frees"), snapshot.frees());
    figures.put(Figure.total("allocated"), snapshot.allocatedBytes());
    figures.put(Figure.total("freed"), snapshot.freedBytes());
    figures.put(Figure.total("rejections"), snapshot.rejections());
    figures.put(Figure.total("misuses"), snapshot.misuses());
    figures.put(Figure.total("remoteFrees"), snapshot.remoteFrees());
    figures.put(Figure.total("observedBlocks"), snapshot.observedBlocks());
    figures.put(Figure.total("openArenas"), snapshot.openArenas());
    figures.put(Figure.total("guardedBlocks"), snapshot.guardedBlocks());
    figures.put(Figure.total("guardBytes"), snapshot.guardBytes());
    figures.put(Figure.total("returned"), snapshot.returnedBytes());
    figures.put(Figure.total("systemCalls"), snapshot.systemCalls());
    figures.put(Figure.total("leakSuspects"), snapshot.leakSuspects());
    figures.put(Figure.total("leakSuspectBytes"), snapshot.leakSuspectBytes());
    figures.put(Figure.total("tuningDecisions"), snapshot.tuningDecisions());
    figures.put(Figure.total("retainedLimit"), snapshot.retainedLimitBytes());
  }

  private static void addBudget(Map<Figure, Long> figures, BudgetUsage budget) {
    String path = budget.path();
    figures.put(Figure.budget(path, "requested"), budget.requestedBytes());
    figures.put(Figure.budget(path, "used"), budget.usedBytes());
    figures.put(Figure.budget(path, "peak"), budget.peakBytes());
    figures.put(Figure.budget(path, "minimum"), budget.limits().minimum());
    figures.put(Figure.budget(path, "soft"), budget.limits().soft());
    figures.put(Figure.budget(path, "hard"), budget.limits().hard());
    figures.put(Figure.budget(path, "allocations"), budget.allocations());
    figures.put(Figure.budget(path, "frees"), budget.frees());
    figures.put(Figure.budget(path, "allocated"), budget.allocatedBytes());
    figures.put(Figure.budget(path, "freed"), budget.freedBytes());
    figures.put(Figure.budget(path, "rejections"), budget.rejections());
  }

  private static void addSizeClass(Map<Figure, Long> figures, SizeClassUsage sizeClass) {
    long slot = sizeClass.slotBytes();
    figures.put(Figure.sizeClass(slot, "live"), sizeClass.liveBlocks());
    figures.put(Figure.sizeClass(slot, "allocations"), sizeClass.allocations());
    figures.put(Figure.sizeClass(slot, "frees"), sizeClass.frees());
    figures.put(Figure.sizeClass(slot, "usedBytes"), sizeClass.usedBytes());
    figures.put(Figure.sizeClass(slot, "requestedBytes"), sizeClass.requestedBytes());
    figures.put(Figure.sizeClass(slot, "pageBytes"), sizeClass.pageBytes());
    figures.put(Figure.sizeClass(slot, "slowPaths"), sizeClass.slowPaths());
    figures.put(Figure.sizeClass(slot, "wasted"), sizeClass.wastedBytes());
  }
}
