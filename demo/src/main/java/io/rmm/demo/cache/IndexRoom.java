package io.rmm.demo.cache;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps the index of all databases (keys, entries, table slots: all that is on the Java heap)
 * within a share of the heap.
 *
 * <p>Budgets bound the values only. A client that stores many tiny values would exhaust the heap
 * long before any budget refuses, and take the process down. Here the database with the most
 * entries gives some up instead.
 */
final class IndexRoom {

  /**
   * Heap bytes of an entry besides the bytes of its key: key object and array header, table node
   * and slot, entry, value, block handle; measured with compressed references, rounded up.
   */
  private static final long ENTRY_BYTES = 256;

  private static final int EVICTED_TOGETHER = 256;

  private final long limit;
  private final LongAdder bytes = new LongAdder();
  private volatile List<Database> databases = List.of();

  /** Makes room of {@code limit} bytes. */
  IndexRoom(long limit) {
    this.limit = limit;
  }

  /** Names the databases that share the room. */
  void share(List<Database> sharing) {
    databases = sharing;
  }

  void added(Key key) {
    bytes.add(ENTRY_BYTES + key.length());
  }

  void removed(Key key) {
    bytes.add(-ENTRY_BYTES - key.length());
  }

  /** Returns the bytes taken now, estimated. */
  long usedBytes() {
    return Math.max(0, bytes.sum());
  }

  /**
   * Makes room for one more entry.
   *
   * @throws CacheFullException if there is nothing to give up
   */
  void ensure() throws CacheFullException {
    while (usedBytes() >= limit) {
      Database largest = databases.getFirst();
      for (Database database : databases) {
        if (database.size() > largest.size()) {
          largest = database;
        }
      }
      if (!largest.evict(EVICTED_TOGETHER) && usedBytes() >= limit) {
        throw new CacheFullException("the index of keys has no room on the Java heap", null);
      }
    }
  }
}
