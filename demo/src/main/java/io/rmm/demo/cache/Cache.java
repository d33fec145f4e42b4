package io.rmm.demo.cache;

import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * The databases of one server. Each has a budget of its own, {@code db0} to {@code db15}, so that a
 * tenant that wants too much evicts its own entries and nobody else's.
 *
 * <p>Any thread may call any method.
 */
public final class Cache {

  /** How many databases there are, as many as a Redis server has unless told otherwise. */
  public static final int DATABASES = 16;

  /**
   * Entries of each database that one {@link #advance} looks at for expiry. At ten a second, a
   * million entries are gone through in 20 s, and no call takes much over a millisecond a database.
   */
  private static final int SWEEP_STRETCH = 5_000;

  private final CacheClock clock = new CacheClock();
  private final IndexRoom indexRoom;
  private final List<Database> databases;

  /**
   * Creates the databases, empty, and their budgets.
   *
   * @param parent the budget that theirs become children of
   * @param limits the limits of each
   * @param indexBytes the most heap that keys and entries may take, in bytes
   */
  public Cache(Budget parent, BudgetLimits limits, long indexBytes) {
    indexRoom = new IndexRoom(indexBytes);
    List<Database> made = new ArrayList<>(DATABASES);
    for (int i = 0; i < DATABASES; i++) {
      made.add(new Database(i, parent.child("db" + i, limits), clock, indexRoom));
    }
    databases = List.copyOf(made);
    indexRoom.share(databases);
  }

  /** Returns all databases in the order of their numbers. */
  public List<Database> databases() {
    return databases;
  }

  /** Returns the heap bytes that keys and entries take, estimated. */
  public long indexBytes() {
    return indexRoom.usedBytes();
  }

  /** Moves the clock of uses on and removes expired entries; to be called ten times a second. */
  public synchronized void advance() {
    clock.advance();
    databases.forEach(database -> database.sweep(SWEEP_STRETCH));
  }

  /** Empties all databases. A value that a reply is being sent from goes when it has been sent. */
  public void clear() {
    databases.forEach(Database::clear);
  }
}
