package io.rmm.jmx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest incidents of one kind, a limited number of them. Safe for use by several threads. */
final class Recent<T> {

  /** What a person looks through; an incident is some 2 KiB with its sites. */
  static final int CAPACITY = 64;

  private final Deque<T> newestFirst = new ArrayDeque<>(CAPACITY);

  synchronized void add(T incident) {
    if (newestFirst.size() == CAPACITY) {
      newestFirst.removeLast();
    }
    newestFirst.addFirst(incident);
  }

  synchronized List<T> newestFirst() {
    return List.copyOf(newestFirst);
  }
}
