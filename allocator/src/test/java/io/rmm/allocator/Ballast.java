package io.rmm.allocator;

import org.jspecify.annotations.Nullable;

/** One of many that fill what is left of the Java heap, down to the last bytes. */
@SuppressWarnings("UnusedVariable") // what the fields hold is what counts
final class Ballast {

  private final @Nullable Ballast next;
  private final byte[] bytes;

  private Ballast(@Nullable Ballast next, int size) {
    this.next = next;
    this.bytes = new byte[size];
  }

  /** Fills the Java heap; it stays full as long as what is returned is reachable. */
  static @Nullable Ballast fill() {
    Ballast all = null;
    // Each size ends with an error, for which the collector runs some times: so there are few.
    for (int size = 1 << 20; size > 0; size /= 16) {
      all = add(all, size);
    }
    return all;
  }

  /** Fills what little room there is beside {@code already}. */
  static @Nullable Ballast fillUp(@Nullable Ballast already) {
    return add(already, 1);
  }

  private static @Nullable Ballast add(@Nullable Ballast already, int size) {
    Ballast all = already;
    try {
      while (true) {
        all = new Ballast(all, size);
      }
    } catch (OutOfMemoryError e) {
      return all;
    }
  }

  /** Returns {@code all} but for some pieces of 48 bytes, which leave as much room. */
  static @Nullable Ballast lighten(@Nullable Ballast all, int pieces) {
    Ballast lighter = all;
    for (int i = 0; i < pieces && lighter != null; i++) {
      lighter = lighter.next;
    }
    return lighter;
  }
}
