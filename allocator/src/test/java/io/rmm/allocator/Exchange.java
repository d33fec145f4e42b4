package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What goes from program to program, and so from thread to thread; and what none of them holds any
 * more although its memory is not back.
 *
 * @param blocks of any kind
 * @param arenas such as every thread may use
 * @param deferred deferred arenas that were closed; to be read by {@link #waiting} alone
 */
record Exchange(Queue<Held> blocks, Queue<OpenArena> arenas, Queue<ClosedArena> deferred) {

  Exchange() {
    this(
        new ConcurrentLinkedQueue<>(),
        new ConcurrentLinkedQueue<>(),
        new ConcurrentLinkedQueue<>());
  }

  /** Returns the deferred arenas whose memory waits for others of their batch, or for the clock. */
  List<ClosedArena> waiting() {
    deferred.removeIf(closed -> !closed.scope().isAlive());
    return List.copyOf(deferred);
  }

  /** Returns everything that is on its way or waits, segments of arenas included. */
  List<Held> everything() {
    List<Held> all = new ArrayList<>(blocks);
    arenas.forEach(open -> all.addAll(open.segments()));
    waiting().forEach(closed -> all.addAll(closed.segments()));
    return all;
  }

  /** Closes {@code open}, in which everything is as it was written. */
  void close(OpenArena open) {
    open.segments().forEach(Held::checkStamp);
    List<Page> slots = ArenaSlots.of(open.arena());
    open.arena().close();
    if (open.arena() instanceof DeferredArena) {
      deferred.add(new ClosedArena(open.arena().scope(), open.budget(), slots, open.segments()));
    }
  }

  /** An arena, and what was allocated in it. */
  record OpenArena(Arena arena, boolean shared, BudgetNode budget, List<Held> segments) {}

  /**
   * An arena that was closed, with the slots that it had. Nobody gets them while its scope, which
   * it shares with the arenas of its batch, is alive.
   */
  record ClosedArena(
      MemorySegment.Scope scope, BudgetNode budget, List<Page> slots, List<Held> segments) {}
}
