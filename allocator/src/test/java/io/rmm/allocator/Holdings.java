package io.rmm.allocator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The reference model of a random program, as plain as can be: what it holds, and how many bytes of
 * slots each budget must therefore hold.
 */
final class Holdings {

  private final Exchange exchange;
  private final List<Held> blocks = new ArrayList<>();
  private final List<Exchange.OpenArena> arenas = new ArrayList<>();

  /** By budget: bytes of slots taken less bytes given back. May be negative if blocks go over. */
  private final Map<BudgetNode, Long> balance = new HashMap<>();

  private long bytes;

  Holdings(Exchange exchange) {
    this.exchange = exchange;
  }

  /** The blocks held, detached ones included. Changed by {@link #keep} and {@link #letGo} alone. */
  List<Held> blocks() {
    return blocks;
  }

  List<Exchange.OpenArena> arenas() {
    return arenas;
  }

  /** Returns the bytes of the slots of all blocks held. */
  long bytes() {
    return bytes;
  }

  /** Adds a block that has just been allocated. */
  void allocated(Held fresh) {
    keep(fresh);
    balance.merge(fresh.budget, fresh.slotBytes, Long::sum);
  }

  /** Takes out a block that has just been freed. */
  void freed(Held gone) {
    letGo(gone);
    balance.merge(gone.budget, -gone.slotBytes, Long::sum);
  }

  /** Adds a block that came from another program. */
  void keep(Held block) {
    blocks.add(block);
    bytes += block.slotBytes;
  }

  /** Takes out a block that goes to another program. */
  void letGo(Held block) {
    blocks.remove(block);
    bytes -= block.slotBytes;
  }

  /**
   * Returns the bytes that this program's doings leave {@code node} and its descendants with, once
   * all deferred arenas have gone that can.
   */
  long expectedUsed(BudgetNode node) {
    long used = balance.getOrDefault(node, 0L);
    used += usedInArenas(node, arenas) + usedInArenas(node, exchange.arenas());
    for (Exchange.ClosedArena closed : exchange.waiting()) {
      if (closed.budget() == node && isHeldUp(closed)) {
        used += closed.slots().stream().mapToLong(page -> page.slotBytes).sum();
      }
    }
    for (BudgetNode child : node.nodes()) {
      used += expectedUsed(child);
    }
    return used;
  }

  /**
   * Tells whether an arena of the same batch is open, so that {@code closed} must go on waiting.
   */
  boolean isHeldUp(Exchange.ClosedArena closed) {
    return Stream.concat(arenas.stream(), exchange.arenas().stream())
        .anyMatch(open -> open.arena().scope().equals(closed.scope()));
  }

  private static long usedInArenas(BudgetNode node, Collection<Exchange.OpenArena> arenas) {
    return arenas.stream()
        .filter(open -> open.budget() == node)
        .flatMap(open -> ArenaSlots.of(open.arena()).stream())
        .mapToLong(page -> page.slotBytes)
        .sum();
  }

  /** Returns everything held, segments of arenas included. */
  List<Held> everything() {
    List<Held> all = new ArrayList<>(blocks);
    arenas.forEach(open -> all.addAll(open.segments()));
    return all;
  }
}
