package io.rmm.jmx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest misuses, a limited number of them. Safe for use by several threads. */
final class RecentIncidents {

  static final int CAPACITY = 64;

  private final Deque<MisuseIncident> newestFirst = new ArrayDeque<>(CAPACITY);

  synchronized void add(MisuseIncident incident) {
    if (newestFirst.size() == CAPACITY) {
      newestFirst.removeLast();
    }
    newestFirst.addFirst(incident);
  }

  synchronized List<MisuseIncident> newestFirst() {
    return List.copyOf(newestFirst);
  }
}
