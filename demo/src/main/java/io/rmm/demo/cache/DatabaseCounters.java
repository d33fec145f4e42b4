package io.rmm.demo.cache;

import java.util.concurrent.atomic.LongAdder;

/** What happened in one database since it began. All methods may be called by any thread. */
public final class DatabaseCounters {

  final LongAdder commands = new LongAdder();
  final LongAdder hits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder expired = new LongAdder();
  final LongAdder evicted = new LongAdder();

  DatabaseCounters() {}

  /** Counts one command. */
  public void countCommand() {
    commands.increment();
  }

  /** Returns the number of commands carried out. */
  public long commands() {
    return commands.sum();
  }

  /** Returns how many values were found by reading commands. */
  public long hits() {
    return hits.sum();
  }

  /** Returns how many values were looked for in vain. */
  public long misses() {
    return misses.sum();
  }

  /** Returns how many entries were removed because their time had come. */
  public long expired() {
    return expired.sum();
  }

  /** Returns how many entries were removed because the budget refused. */
  public long evicted() {
    return evicted.sum();
  }
}
