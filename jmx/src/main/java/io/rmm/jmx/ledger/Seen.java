package io.rmm.jmx.ledger;

import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What an agent has seen others take, in bytes that were asked for.
 *
 * @param ofJdk arenas and {@code Unsafe}, which native memory tracking knows as "Other", without
 *     what counts as direct buffers; {@link Account#UNKNOWN} without an agent
 * @param malloc memory from {@code malloc} by downcalls, of which tracking knows nothing
 * @param mmap mappings that were made by downcalls, whether for files or not
 */
record Seen(long ofJdk, long malloc, long mmap) {

  static final String UNSAFE = "root/unsafe";
  static final String MALLOC = "root/malloc";
  static final String MMAP = "root/mmap";

  /** Without an agent. */
  static final Seen NOTHING = new Seen(Account.UNKNOWN, Account.UNKNOWN, Account.UNKNOWN);

  /** Asks the budgets of an agent. Automatic arenas count as direct buffers do. */
  static Seen of(ToLongFunction<String> used) {
    return new Seen(
        Stream.of("root/arena.confined", "root/arena.shared", "root/arena.global", UNSAFE)
            .mapToLong(used)
            .sum(),
        used.applyAsLong(MALLOC),
        used.applyAsLong(MMAP));
  }

  /** Tells whether there is an agent. */
  boolean isKnown() {
    return ofJdk != Account.UNKNOWN;
  }
}
