package io.rmm.demo.cache;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what a full database gives up: approximately the least recently used, as Redis does it.
 *
 * <p>Redis looks at five random keys and evicts the one that has been idle longest. A {@link
 * java.util.concurrent.ConcurrentHashMap} gives no random key, but its iterator walks in the order
 * of hashes, which has nothing to do with use: the next {@value #SAMPLE} entries of a walk that
 * goes round and round are as good as a random sample, and nothing is kept per entry but the time
 * of its last use. (A list in order of use would make every GET a write to shared memory.)
 *
 * <p>Of each sample the entry idle longest goes; expired entries go always. One thread evicts at a
 * time, since the walk is one.
 */
final class EvictionHand {

  private static final int SAMPLE = 8;

  /** What evicting an entry frees at least, so that empty values count for something. */
  private static final long SMALLEST_SLOT = 16;

  private final Database database;
  private @Nullable Iterator<Map.Entry<Key, Entry>> walk;

  EvictionHand(Database database) {
    this.database = database;
  }

  /**
   * Evicts at least one entry, until {@code bytes} have been freed; then further ones, as long as
   * the next has its place in {@code slack} bytes more. A value that is larger stays, however far
   * the slack is from being used up: it is given up for what is needed, never for convenience.
   *
   * @return false if not one entry could be evicted
   */
  synchronized boolean makeRoom(long bytes, long slack) {
    return evict(bytes, slack, 1);
  }

  /**
   * Evicts {@code count} entries, or all if there are fewer.
   *
   * @return false if not one entry could be evicted
   */
  synchronized boolean evict(int count) {
    return evict(0, 0, count);
  }

  /** Values that a reader holds count nothing towards {@code bytes}: they go with the reader. */
  private boolean evict(long bytes, long slack, int count) {
    long freed = 0;
    long evicted = 0;
    // At most what was there at the beginning: other threads may fill up as fast as this one frees.
    long most = database.size();
    while (evicted < most) {
      Map.Entry<Key, Entry> victim = next();
      if (victim == null) {
        break;
      }
      Value value = victim.getValue().value();
      long size = Math.max(SMALLEST_SLOT, value.byteSize());
      if (freed >= bytes && evicted >= count && freed + size > bytes + slack) {
        break;
      }
      boolean held = value.tryHold();
      if (database.remove(victim.getKey(), victim.getValue())) {
        database.counters().evicted.increment();
        evicted++;
      }
      if (held && value.release()) {
        freed += size;
      }
    }
    return evicted > 0;
  }

  /** Returns the entry idle longest among the next ones, or null if the database is empty. */
  private Map.@Nullable Entry<Key, Entry> next() {
    int now = database.clock().tick();
    long nowMillis = database.clock().millis();
    Map.Entry<Key, Entry> oldest = null;
    int oldestIdle = -1;
    boolean fromTheStart = false;
    for (int seen = 0; seen < SAMPLE; ) {
      if (walk == null || !walk.hasNext()) {
        if (fromTheStart) {
          break;
        }
        walk = database.iterator();
        fromTheStart = true;
        continue;
      }
      Map.Entry<Key, Entry> met = walk.next();
      if (met.getValue().isExpired(nowMillis)) {
        return met;
      }
      int idle = now - met.getValue().value().lastUse();
      if (idle > oldestIdle) {
        oldest = met;
        oldestIdle = idle;
      }
      seen++;
    }
    return oldest;
  }
}
