package io.rmm.demo.cache;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One database of the cache, one tenant: keys on the heap, values in blocks of the database's own
 * budget.
 *
 * <p>Any thread may call any method. No lock is held while memory is allocated or filled: a command
 * finds the {@link Entry} that stands for the key, makes a block for the new value, and puts it in
 * the place of that very entry with {@link #replace}; if another thread was quicker, it looks
 * again. A single command on one key is atomic therefore; a command on several keys (MSET, DEL a b)
 * is atomic for each of them.
 *
 * <p>Memory ends in four ways, and always by {@link Value#release()} after the entry has left the
 * map: overwritten, deleted, expired, evicted. The budget decides when to evict, by refusing an
 * allocation; nothing here counts bytes a second time.
 *
 * <p>Expiry is lazy (whoever finds an expired entry removes it) and active ({@link #sweep}). The
 * sweep walks the whole map a stretch at a time instead of keeping the keys with expiry in an order
 * of their own: that costs nothing to the commands, and an entry that nobody asks for stays at most
 * one round longer than it should.
 */
public final class Database {

  /** Rounds of eviction for one allocation; more than one is needed only when threads compete. */
  private static final int EVICTION_ROUNDS = 16;

  /**
   * What may be evicted beyond the need, so that the cost of a refusal (an exception, a lock) is
   * shared by many allocations: a 64th of the limit, and at most 256 KiB, which is far below a
   * millisecond's work. What is larger than that has a cost beside which a refusal's is nothing.
   */
  private static final long EVICTION_SLACK = 256 << 10;

  private final int index;
  private final Budget budget;
  private final CacheClock clock;
  private final IndexRoom indexRoom;
  private final ConcurrentHashMap<Key, Entry> entries = new ConcurrentHashMap<>();
  private final EvictionHand evictionHand = new EvictionHand(this);
  private final LongAdder expiring = new LongAdder();
  private final DatabaseCounters counters = new DatabaseCounters();
  private Iterator<Map.Entry<Key, Entry>> sweepHand = entries.entrySet().iterator();

  Database(int index, Budget budget, CacheClock clock, IndexRoom indexRoom) {
    this.index = index;
    this.budget = budget;
    this.clock = clock;
    this.indexRoom = indexRoom;
  }

  /** Returns the number by which SELECT knows the database. */
  public int index() {
    return index;
  }

  /** Returns the budget that all values of the database are charged to. */
  public Budget budget() {
    return budget;
  }

  /** Returns what happened so far. */
  public DatabaseCounters counters() {
    return counters;
  }

  /** Returns the number of entries, expired ones that nobody has met yet included. */
  public long size() {
    return entries.mappingCount();
  }

  /** Returns how many entries have an expiry time. */
  public long expiring() {
    return Math.max(0, expiring.sum());
  }

  /** Returns the live entry of {@code key}, which counts as used now. */
  public @Nullable Entry find(Key key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return null;
    }
    if (entry.expires() && entry.isExpired(clock.millis())) {
      removeExpired(key, entry);
      return null;
    }
    entry.value().touch(clock.tick());
    return entry;
  }

  /** Returns the value of {@code key}, held for the caller, who releases it. */
  public @Nullable Value hold(Key key) {
    for (; ; ) {
      Entry entry = find(key);
      if (entry == null) {
        counters.misses.increment();
        return null;
      }
      // A value that is gone has left the map before it went: the next look finds another, or none.
      if (entry.value().tryHold()) {
        counters.hits.increment();
        return entry.value();
      }
    }
  }

  /**
   * Allocates a block for a value of this database, and evicts entries where the budget refuses.
   *
   * @throws CacheFullException if the value can never fit, or evicting did not make room
   */
  public Block allocate(long byteSize) throws CacheFullException {
    indexRoom.ensure();
    for (int round = 1; ; round++) {
      try {
        return budget.allocate(byteSize);
      } catch (AllocationRejectedException refused) {
        long limit = budget.limits().hard();
        if (byteSize > limit || round > EVICTION_ROUNDS) {
          throw new CacheFullException(refused.rejection().toString(), refused);
        }
        long missing =
            refused.rejection().usedBytes() + byteSize - refused.rejection().limitBytes();
        if (!evictionHand.makeRoom(missing, Math.min(limit / 64, EVICTION_SLACK))) {
          round = EVICTION_ROUNDS; // another thread may have made room meanwhile: one last try
        }
      } catch (OutOfMemoryError none) {
        // The limits allow more than the machine has. To be told so is better than to die of it.
        throw new CacheFullException(String.valueOf(none.getMessage()), none);
      }
    }
  }

  /**
   * Puts {@code block} in the place of whatever stands for {@code key}. The database owns the block
   * from now on.
   *
   * @param expiresAt milliseconds since the epoch, or {@link Entry#NEVER}
   */
  public void put(Key key, Block block, long expiresAt) {
    Entry entry = new Entry(new Value(block, clock.tick()), expiresAt);
    exchanged(key, entries.put(key, entry), entry);
  }

  /**
   * Puts {@code block} in the place of {@code expected}, if that still stands for {@code key}. The
   * database owns the block then, and only then.
   *
   * @param expected what {@link #find} returned; null for nothing
   * @param expiresAt milliseconds since the epoch, or {@link Entry#NEVER}
   * @return whether it did
   */
  public boolean replace(Key key, @Nullable Entry expected, Block block, long expiresAt) {
    Entry entry = new Entry(new Value(block, clock.tick()), expiresAt);
    boolean done =
        expected == null
            ? entries.putIfAbsent(key, entry) == null
            : entries.replace(key, expected, entry);
    if (done) {
      exchanged(key, expected, entry);
    }
    return done;
  }

  /**
   * Sets when {@code expected} expires, if it still stands for {@code key}.
   *
   * @param expiresAt milliseconds since the epoch, or {@link Entry#NEVER}
   * @return whether it did
   */
  public boolean expireAt(Key key, Entry expected, long expiresAt) {
    Entry entry = new Entry(expected.value(), expiresAt);
    if (!entries.replace(key, expected, entry)) {
      return false;
    }
    countExpiry(expected, entry);
    return true;
  }

  /**
   * Removes {@code key}.
   *
   * @return whether there was a live entry
   */
  public boolean remove(Key key) {
    Entry entry = entries.remove(key);
    if (entry == null) {
      return false;
    }
    removed(key, entry);
    return !entry.isExpired(clock.millis());
  }

  /**
   * Removes {@code key} if {@code expected} still stands for it.
   *
   * @return whether it did
   */
  public boolean remove(Key key, Entry expected) {
    if (!entries.remove(key, expected)) {
      return false;
    }
    removed(key, expected);
    return true;
  }

  /** Removes all entries that are there when it begins. */
  public void clear() {
    entries.forEach(this::remove);
  }

  /**
   * Removes the expired among the next {@code stretch} entries of a walk that goes round and round.
   * For one thread at a time.
   */
  void sweep(int stretch) {
    if (expiring() == 0) {
      return;
    }
    long now = clock.millis();
    for (int i = 0; i < stretch; i++) {
      if (!sweepHand.hasNext()) {
        sweepHand = entries.entrySet().iterator();
        return;
      }
      Map.Entry<Key, Entry> met = sweepHand.next();
      if (met.getValue().isExpired(now)) {
        removeExpired(met.getKey(), met.getValue());
      }
    }
  }

  /**
   * Evicts {@code count} entries that have not been used for long.
   *
   * @return false if there was nothing to evict
   */
  boolean evict(int count) {
    return evictionHand.evict(count);
  }

  Iterator<Map.Entry<Key, Entry>> iterator() {
    return entries.entrySet().iterator();
  }

  CacheClock clock() {
    return clock;
  }

  private void removeExpired(Key key, Entry entry) {
    if (remove(key, entry)) {
      counters.expired.increment();
    }
  }

  private void exchanged(Key key, @Nullable Entry before, Entry after) {
    countExpiry(before, after);
    if (before == null) {
      indexRoom.added(key);
    } else {
      before.value().release();
    }
  }

  private void removed(Key key, Entry entry) {
    countExpiry(entry, null);
    indexRoom.removed(key);
    entry.value().release();
  }

  private void countExpiry(@Nullable Entry before, @Nullable Entry after) {
    if (before != null && before.expires()) {
      expiring.decrement();
    }
    if (after != null && after.expires()) {
      expiring.increment();
    }
  }
}
