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
    for (int size = 1 << 20; size > 0; size /= 4) {
      try {
        while (true) {
          all = new Ballast(all, size);
        }
      } catch (OutOfMemoryError e) {
        // Smaller ones still fit.
      }
    }
    return all;
  }
}
