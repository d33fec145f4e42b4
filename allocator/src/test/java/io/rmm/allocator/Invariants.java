package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.Usage;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;

/**
 * What must hold of a manager whenever no operation is under way.
 *
 * <p>A snapshot clamps the rungs of its ladder, because it is read while the program runs. So the
 * expressions here are checked on the counters themselves where those can be reached.
 */
final class Invariants {

  private Invariants() {}

  /** Checks the counters of {@code engine}, and that its snapshot says the same. */
  static MemorySnapshot check(Engine engine) {
    BudgetReadings readings = new BudgetReadings(engine.budgets().root());
    Usage total = readings.total();
    long active = engine.heaps().readPages(MemorySnapshot.builder(), readings.reading(), 0);
    long committed = engine.pool().committedBytes();
    long reserved = engine.pool().reservedBytes();
    assertThat(total.requestedBytes).as("requested").isBetween(0L, total.usedBytes());
    assertThat(active).as("active").isBetween(total.usedBytes(), committed);
    assertThat(reserved).as("reserved").isGreaterThanOrEqualTo(committed);

    MemorySnapshot snapshot = engine.snapshot();
    check(snapshot);
    assertThat(snapshot.requestedBytes()).isEqualTo(total.requestedBytes);
    assertThat(snapshot.usedBytes()).isEqualTo(total.usedBytes());
    assertThat(snapshot.activeBytes()).isEqualTo(active);
    assertThat(snapshot.committedBytes()).isEqualTo(committed);
    assertThat(snapshot.reservedBytes()).isEqualTo(reserved);
    assertThat(snapshot.retainedBytes()).isEqualTo(committed - active);
    assertThat(snapshot.liveBlocks()).isEqualTo(total.allocations - total.frees);
    checkBudgets(engine.budgets().root());
    assertThat(snapshot.misusesByKind())
        .as("Java code cannot write beside its blocks")
        .doesNotContainKeys(MisuseKind.OVERRUN, MisuseKind.UNDERRUN, MisuseKind.CORRUPTION);
    return snapshot;
  }

  private static void checkBudgets(BudgetNode node) {
    Usage usage = node.usage();
    if (node.isLimited()) {
      assertThat(node.chargedBytes()).as("charged to %s", node.path()).isEqualTo(usage.usedBytes());
    }
    Usage children = new Usage();
    for (BudgetNode child : node.nodes()) {
      children.add(child.usage());
      checkBudgets(child);
    }
    Usage sum = node.engine().heaps().read(List.of(node)).usage(0);
    sum.add(children);
    assertThat(sum.usedBytes())
        .as("used of %s itself and of its children", node.path())
        .isEqualTo(usage.usedBytes());
    assertThat(sum.allocations).as("allocations of %s", node.path()).isEqualTo(usage.allocations);
    assertThat(sum.frees).as("frees of %s", node.path()).isEqualTo(usage.frees);
    assertThat(usage.usedBytes())
        .as("used of %s and of its children", node.path())
        .isGreaterThanOrEqualTo(children.usedBytes());
  }

  /** Checks a snapshot that was taken while no operation was under way. */
  static void check(MemorySnapshot snapshot) {
    checkLadder(snapshot);
    assertThat(snapshot.allocatedBytes() - snapshot.freedBytes())
        .as("allocated - freed")
        .isEqualTo(snapshot.usedBytes());
    for (MemorySnapshot.BudgetUsage budget : snapshot.budgets()) {
      String path = budget.path();
      assertThat(budget.allocatedBytes() - budget.freedBytes())
          .as("allocated - freed of %s", path)
          .isEqualTo(budget.usedBytes());
      assertThat(budget.requestedBytes())
          .as("requested of %s", path)
          .isBetween(0L, budget.usedBytes());
      assertThat(budget.frees()).as("frees of %s", path).isLessThanOrEqualTo(budget.allocations());
      assertThat(budget.peakBytes())
          .as("peak of %s", path)
          .isGreaterThanOrEqualTo(budget.usedBytes());
    }
    MemorySnapshot.BudgetUsage root = snapshot.budgets().get(0);
    assertThat(root.usedBytes()).isEqualTo(snapshot.usedBytes());
    assertThat(root.allocations()).isEqualTo(snapshot.allocations());
    assertThat(root.frees()).isEqualTo(snapshot.frees());
    assertThat(root.peakBytes()).isEqualTo(snapshot.peakUsedBytes());
    assertThat(sum(snapshot, MemorySnapshot.SizeClassUsage::allocations))
        .as("allocations by size class")
        .isEqualTo(snapshot.allocations());
    assertThat(sum(snapshot, MemorySnapshot.SizeClassUsage::frees))
        .as("frees by size class")
        .isEqualTo(snapshot.frees());
    assertThat(sum(snapshot, MemorySnapshot.SizeClassUsage::usedBytes))
        .as("used by size class")
        .isEqualTo(snapshot.usedBytes());
    assertThat(sum(snapshot, MemorySnapshot.SizeClassUsage::pageBytes))
        .as("pages by size class")
        .isBetween(snapshot.activeBytes(), snapshot.committedBytes());
  }

  private static long sum(
      MemorySnapshot snapshot, ToLongFunction<MemorySnapshot.SizeClassUsage> value) {
    return snapshot.sizeClasses().stream().mapToLong(value).sum();
  }

  /** Checks what must hold of every snapshot, also of one that was taken amid operations. */
  static void checkLadder(MemorySnapshot snapshot) {
    assertThat(snapshot.requestedBytes()).as("requested").isBetween(0L, snapshot.usedBytes());
    assertThat(snapshot.usedBytes()).as("used").isLessThanOrEqualTo(snapshot.activeBytes());
    assertThat(snapshot.activeBytes()).as("active").isLessThanOrEqualTo(snapshot.committedBytes());
    assertThat(snapshot.committedBytes())
        .as("committed")
        .isLessThanOrEqualTo(snapshot.reservedBytes());
    assertThat(snapshot.liveBlocks()).as("live").isNotNegative();
    for (MemorySnapshot.BudgetUsage budget : snapshot.budgets()) {
      assertThat(budget.usedBytes()).as("used of %s", budget.path()).isNotNegative();
      assertThat(budget.requestedBytes())
          .as("requested of %s", budget.path())
          .isBetween(0L, budget.usedBytes());
      assertThat(budget.peakBytes())
          .as("peak of %s", budget.path())
          .isGreaterThanOrEqualTo(budget.usedBytes());
      assertThat(budget.frees()).isLessThanOrEqualTo(budget.allocations());
    }
  }

  /** Checks that no counter has fallen from {@code before} to {@code after}. */
  static void checkCounters(MemorySnapshot before, MemorySnapshot after) {
    assertThat(after.allocations()).isGreaterThanOrEqualTo(before.allocations());
    assertThat(after.frees()).isGreaterThanOrEqualTo(before.frees());
    assertThat(after.allocatedBytes()).isGreaterThanOrEqualTo(before.allocatedBytes());
    assertThat(after.freedBytes()).isGreaterThanOrEqualTo(before.freedBytes());
    assertThat(after.rejections()).isGreaterThanOrEqualTo(before.rejections());
    assertThat(after.misuses()).isGreaterThanOrEqualTo(before.misuses());
    assertThat(after.remoteFrees()).isGreaterThanOrEqualTo(before.remoteFrees());
    assertThat(after.returnedBytes()).isGreaterThanOrEqualTo(before.returnedBytes());
    assertThat(after.systemCalls()).isGreaterThanOrEqualTo(before.systemCalls());
    assertThat(after.peakUsedBytes()).isGreaterThanOrEqualTo(before.peakUsedBytes());
    assertThat(after.tuningDecisions()).isGreaterThanOrEqualTo(before.tuningDecisions());
    assertThat(after.droppedListeners()).isGreaterThanOrEqualTo(before.droppedListeners());
    assertThat(after.leakSuspects()).isGreaterThanOrEqualTo(before.leakSuspects());
    for (MemorySnapshot.BudgetUsage was : before.budgets()) {
      checkCounters(was, find(after.budgets(), is -> is.path().equals(was.path())));
    }
    for (MemorySnapshot.SizeClassUsage was : before.sizeClasses()) {
      MemorySnapshot.SizeClassUsage is =
          find(after.sizeClasses(), other -> other.slotBytes() == was.slotBytes());
      assertThat(is.allocations()).isGreaterThanOrEqualTo(was.allocations());
      assertThat(is.frees()).isGreaterThanOrEqualTo(was.frees());
    }
  }

  private static void checkCounters(MemorySnapshot.BudgetUsage was, MemorySnapshot.BudgetUsage is) {
    assertThat(is.allocations()).as(was.path()).isGreaterThanOrEqualTo(was.allocations());
    assertThat(is.frees()).as(was.path()).isGreaterThanOrEqualTo(was.frees());
    assertThat(is.allocatedBytes()).as(was.path()).isGreaterThanOrEqualTo(was.allocatedBytes());
    assertThat(is.freedBytes()).as(was.path()).isGreaterThanOrEqualTo(was.freedBytes());
    assertThat(is.rejections()).as(was.path()).isGreaterThanOrEqualTo(was.rejections());
    assertThat(is.peakBytes()).as(was.path()).isGreaterThanOrEqualTo(was.peakBytes());
  }

  private static <T> T find(List<T> all, Predicate<T> wanted) {
    return all.stream().filter(wanted).findFirst().orElseThrow();
  }

  /**
   * Checks that a manager is exactly as before, but for the counts of misuse and of refusals, which
   * are what the call in between was to add to.
   */
  static void checkUnchanged(MemorySnapshot before, MemorySnapshot after) {
    RecursiveComparisonConfiguration comparison =
        RecursiveComparisonConfiguration.builder()
            .withIgnoredFields("misusesByKind", "values.rejections", "values.systemCalls")
            .withIgnoredFieldsMatchingRegexes("budgets.*\\.rejections")
            .build();
    assertThat(after).usingRecursiveComparison(comparison).isEqualTo(before);
  }
}
