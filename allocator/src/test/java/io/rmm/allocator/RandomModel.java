package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.heap.SlotStates;
import io.rmm.allocator.heap.Usage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What random programs hold between them, and that a quiet engine says the same: in total, of each
 * budget, of each size class, and of each slot.
 */
final class RandomModel {

  /** Slots freed by address that rest at the most until the clock's next tick. */
  private static final int MOST_RESTING = 64;

  private final Engine engine;
  private final List<RandomProgram> programs;
  private final Exchange exchange;

  RandomModel(Engine engine, List<RandomProgram> programs, Exchange exchange) {
    this.engine = engine;
    this.programs = programs;
    this.exchange = exchange;
  }

  /** Checks everything that there is to check while no operation is under way. */
  MemorySnapshot check() {
    MemorySnapshot snapshot = Invariants.check(engine);
    List<Held> all = exchange.everything();
    programs.forEach(program -> all.addAll(program.everything()));
    List<Slot> slots = slots(all);
    assertThat(snapshot.liveBlocks()).isEqualTo(slots.size());
    Budgets.forEach(engine.budgets().root(), node -> checkBudget(node, all, slots));
    checkSizeClasses(snapshot, slots);
    checkApart(all);
    // Nobody gets memory that waits.
    exchange.waiting().forEach(closed -> closed.segments().forEach(Held::checkStamp));
    boolean ownMemory = engine.source().canChangeScope();
    long inPool = ownMemory ? slots.size() : all.stream().filter(one -> !one.inArena()).count();
    Quarantine quarantine = engine.quarantine();
    long quarantined = quarantine == null ? 0 : quarantine.restingBlocks();
    SlotStates.check(engine.heaps(), engine.pool(), inPool, MOST_RESTING + quarantined);
    return snapshot;
  }

  /** A slot with a block. Segments of an arena may share one. */
  private record Slot(int sizeClass, long bytes, BudgetNode budget) {}

  private List<Slot> slots(List<Held> all) {
    List<Slot> slots = new ArrayList<>();
    for (Held one : all) {
      if (!one.inArena()) {
        slots.add(new Slot(one.sizeClass, one.slotBytes, one.budget));
      }
    }
    List<Exchange.OpenArena> arenas = new ArrayList<>(exchange.arenas());
    programs.forEach(program -> arenas.addAll(program.arenas()));
    for (Exchange.OpenArena open : arenas) {
      ArenaSlots.of(open.arena())
          .forEach(page -> slots.add(new Slot(page.sizeClass, page.slotBytes, open.budget())));
    }
    for (Exchange.ClosedArena closed : exchange.waiting()) {
      closed
          .slots()
          .forEach(page -> slots.add(new Slot(page.sizeClass, page.slotBytes, closed.budget())));
    }
    return slots;
  }

  private void checkBudget(BudgetNode node, List<Held> all, List<Slot> slots) {
    List<Slot> here = slots.stream().filter(one -> isWithin(one.budget, node)).toList();
    Usage usage = node.usage();
    long used = here.stream().mapToLong(Slot::bytes).sum();
    assertThat(node.usedBytes()).as("used of %s", node).isEqualTo(used);
    assertThat(usage.usedBytes()).as("allocated - freed of %s", node).isEqualTo(used);
    assertThat(usage.allocations - usage.frees).as("live of %s", node).isEqualTo(here.size());
    assertThat(usage.requestedBytes)
        .as("requested of %s", node)
        .isEqualTo(
            all.stream()
                .filter(one -> isWithin(one.budget, node))
                .mapToLong(one -> one.requested)
                .sum());
  }

  private static boolean isWithin(BudgetNode node, BudgetNode ancestor) {
    for (BudgetNode at = node; at != null; at = at.parent()) {
      if (at == ancestor) {
        return true;
      }
    }
    return false;
  }

  private static void checkSizeClasses(MemorySnapshot snapshot, List<Slot> slots) {
    Map<Long, Long> blocks = new TreeMap<>();
    Map<Long, Long> bytes = new TreeMap<>();
    for (Slot one : slots) {
      long key = one.sizeClass == SizeClasses.HUGE ? 0 : one.bytes;
      blocks.merge(key, 1L, Long::sum);
      bytes.merge(key, one.bytes, Long::sum);
    }
    for (MemorySnapshot.SizeClassUsage usage : snapshot.sizeClasses()) {
      long key = usage.slotBytes();
      assertThat(usage.liveBlocks())
          .as("live blocks of class %d", key)
          .isEqualTo(blocks.getOrDefault(key, 0L));
      assertThat(usage.usedBytes())
          .as("used bytes of class %d", key)
          .isEqualTo(bytes.getOrDefault(key, 0L));
      blocks.remove(key);
    }
    assertThat(blocks).as("classes that the snapshot does not know").isEmpty();
  }

  /** Checks that no two blocks have a byte in common. */
  private static void checkApart(List<Held> all) {
    List<Held> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingLong(one -> one.memory.address()));
    long end = 0;
    for (Held one : sorted) {
      long start = one.memory.address();
      assertThat(start).as("a block begins after the one before").isGreaterThanOrEqualTo(end);
      // A block of 0 bytes is distinct, too.
      end = start + Math.max(1, one.memory.byteSize());
    }
  }

  /** Frees everything, after which there must be nothing left. */
  void freeAll() {
    programs.forEach(RandomProgram::close);
    for (Held left : exchange.blocks()) {
      left.checkStamp();
      if (left.detached != 0) {
        engine.free(left.detached);
      } else {
        left.handles.forEach(Block::close);
      }
    }
    exchange.arenas().forEach(exchange::close);
    engine.purge();
    assertThat(exchange.waiting()).as("deferred arenas whose memory is not back").isEmpty();
    MemorySnapshot end = Invariants.check(engine);
    assertThat(end.liveBlocks()).isZero();
    assertThat(end.usedBytes()).isZero();
    assertThat(end.requestedBytes()).isZero();
    assertThat(end.openArenas()).isZero();
    assertThat(end.committedBytes()).isZero();
    assertThat(end.misusesByKind().getOrDefault(MisuseKind.USE_AFTER_FREE, 0L))
        .as("writes to freed memory that never were")
        .isZero();
    SlotStates.check(engine.heaps(), engine.pool(), 0, 0);
  }

  /** Frees everything, and ends the engine. */
  void finish() {
    freeAll();
    engine.reportLive();
    engine.close();
  }
}
