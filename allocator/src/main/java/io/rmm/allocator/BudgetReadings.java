package io.rmm.allocator;

import io.rmm.allocator.heap.Reading;
import io.rmm.allocator.heap.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;

/**
 * What a budget and all its descendants have done, read at once: what each has done itself is
 * summed up the tree in one pass from the leaves, so that depth costs nothing.
 *
 * <p>To read is to note peaks. A budget with a limit is charged exactly, and its peak noted with
 * each charge. The peak of any other is raised to what was surely held at one moment, see {@link
 * Reading}: it may miss a peak between two readings, and tells of none that there was not, but for
 * a block that is resized in place meanwhile, which counts twice for a moment. No budget is ever
 * shown with more than its peak.
 */
final class BudgetReadings {

  private final List<BudgetNode> nodes = new ArrayList<>();

  /** Where in {@link #nodes} the parent of each stands. */
  private final List<Integer> parents = new ArrayList<>();

  private final Reading reading;

  /** Reads what {@code top} and its descendants have done, and notes their peaks. */
  BudgetReadings(BudgetNode top) {
    collect(top, 0);
    reading = top.engine().heaps().read(nodes);
    for (int i = nodes.size() - 1; i > 0; i--) {
      reading.usage(parents.get(i)).add(reading.usage(i));
    }
    if (mayHavePeaks()) {
      notePeaks();
    }
  }

  private boolean mayHavePeaks() {
    for (int i = 0; i < nodes.size(); i++) {
      if (!nodes.get(i).isLimited()
          && reading.usage(i).usedBytes() > nodes.get(i).notedPeakBytes()) {
        return true;
      }
    }
    return false;
  }

  private void notePeaks() {
    long[] freed = reading.freedBytesSince();
    for (int i = nodes.size() - 1; i > 0; i--) {
      freed[parents.get(i)] += freed[i];
    }
    for (int i = 0; i < nodes.size(); i++) {
      if (!nodes.get(i).isLimited()) {
        nodes.get(i).notePeak(Math.max(0, reading.usage(i).allocatedBytes - freed[i]));
      }
    }
  }

  private void collect(BudgetNode node, int parent) {
    int index = nodes.size();
    nodes.add(node);
    parents.add(parent);
    for (BudgetNode child : node.nodes()) {
      collect(child, index);
    }
  }

  Reading reading() {
    return reading;
  }

  /** Returns what the budget at the top and its descendants have done. */
  Usage total() {
    return reading.usage(0);
  }

  /** Calls {@code action} with each budget and its used bytes. */
  void forEach(ObjLongConsumer<BudgetNode> action) {
    for (int i = 0; i < nodes.size(); i++) {
      action.accept(nodes.get(i), usedBytes(i));
    }
  }

  /** Returns the used bytes of the budget at the top. */
  long usedBytes() {
    return usedBytes(0);
  }

  private long usedBytes(int i) {
    BudgetNode node = nodes.get(i);
    // What is charged may be on its way back, because an ancestor refused it.
    long used = node.isLimited() ? node.chargedBytes() : reading.usage(i).usedBytes();
    return Math.min(used, node.notedPeakBytes());
  }

  /**
   * Returns the usages of all budgets, parents before children.
   *
   * @param committed what is committed, of which no budget is shown with more
   */
  List<MemorySnapshot.BudgetUsage> usages(long committed) {
    List<MemorySnapshot.BudgetUsage> usages = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      BudgetNode node = nodes.get(i);
      Usage usage = reading.usage(i);
      long used = Math.min(usedBytes(i), committed);
      usages.add(
          new MemorySnapshot.BudgetUsage(
              node.path(),
              used,
              node.notedPeakBytes(),
              node.limits(),
              usage.allocations,
              Math.min(usage.frees, usage.allocations),
              usage.allocatedBytes,
              usage.freedBytes,
              usage.requestedBytes(used),
              node.rejections()));
    }
    return usages;
  }
}
