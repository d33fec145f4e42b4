package io.rmm.jmx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

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

  /** Replaces the newest incident that {@code which} is true of, if there is one. */
  synchronized void replaceNewest(Predicate<T> which, UnaryOperator<T> by) {
    List<T> all = new ArrayList<>(newestFirst);
    for (int i = 0; i < all.size(); i++) {
      if (which.test(all.get(i))) {
        all.set(i, by.apply(all.get(i)));
        newestFirst.clear();
        newestFirst.addAll(all);
        return;
      }
    }
  }

  synchronized List<T> newestFirst() {
    return List.copyOf(newestFirst);
  }
}
