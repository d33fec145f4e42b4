package io.rmm.allocator;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What goes from program to program, and so from thread to thread.
 *
 * @param blocks of any kind
 * @param arenas shared ones
 */
record Exchange(Queue<Held> blocks, Queue<OpenArena> arenas) {

  Exchange() {
    this(new ConcurrentLinkedQueue<>(), new ConcurrentLinkedQueue<>());
  }

  /** Returns everything that is on its way, segments of arenas included. */
  List<Held> everything() {
    List<Held> all = new ArrayList<>(blocks);
    arenas.forEach(open -> all.addAll(open.segments()));
    return all;
  }

  /** An arena, and what was allocated in it. */
  record OpenArena(Arena arena, boolean shared, BudgetNode budget, List<Held> segments) {}
}
