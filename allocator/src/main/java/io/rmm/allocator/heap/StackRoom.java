package io.rmm.allocator.heap;

/**
 * Finds out whether the stack has room for what the kernel is about to do.
 *
 * <p>A {@link StackOverflowError} may be thrown at any call, also amid a change that must be whole,
 * and also between the taking of a lock and the block that releases it: the lock would be held for
 * ever, and with it everything that needs it. A thread that recurses without end, as over hostile
 * input, allocates at every depth and so finds each of these places. Hence every operation that
 * takes a lock first overflows here, where nothing has happened yet, if it would overflow there.
 *
 * <p>Costs under 1 us, and is not on the fast path, which once compiled makes no call at all.
 */
public final class StackRoom {

  /** Frames of some 200 bytes when interpreted and of half of that when compiled. */
  private static final int FRAMES = 256;

  private StackRoom() {}

  /**
   * Checks that there is room.
   *
   * @throws StackOverflowError if there is not
   */
  public static void check() {
    if (probe(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) == 0) {
      throw new AssertionError("a sum of positive numbers is not 0");
    }
  }

  /** Keeps its arguments beyond the call, and with them a frame to hold them. */
  private static long probe(
      int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
    return frames == 0
        ? 1
        : (probe(frames - 1, b, c, d, e, f, g, h, a) & 0xff) + a + b + c + d + e + f + g + h;
  }
}
