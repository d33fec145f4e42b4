package io.rmm.allocator.heap;

/**
 * Finds out whether the stack has room for what the kernel is about to do.
 *
 * <p>A {@link StackOverflowError} may be thrown at any call: amid a change that must be whole, and
 * between the taking of a lock and the block that would release it, which then is held for ever and
 * with it everything that needs it. A thread that recurses without end, as over hostile input, and
 * allocates at every depth, finds these places. So an operation that takes a lock first overflows
 * here, where nothing has happened yet, if it would overflow there.
 *
 * <p>Costs about 1 us, hence not for the fast path. That takes no lock, and an overflow in it ends
 * its hold and costs the slot at hand.
 */
public final class StackRoom {

  /** Frames of some 200 bytes when interpreted, and of half of that when compiled. */
  private static final int FRAMES = 300;

  /** Enough for the few calls of an operation that enters a heap, and no more than monitors. */
  private static final int FEW_FRAMES = 40;

  private StackRoom() {}

  /**
   * Checks that there is room. To be called where an operation begins, and not by its parts: what
   * passes there must not fail further down.
   *
   * @throws StackOverflowError if there is not
   */
  public static void check() {
    if (probe(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) == 0) {
      throw new AssertionError("a sum of positive numbers is 0");
    }
  }

  /**
   * As {@link #check}, at a seventh of its cost, for an operation that must be whole but goes only
   * a few calls deep, and takes no lock but monitors, which the JVM releases by itself.
   */
  public static void checkForFewCalls() {
    if (probe(FEW_FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) == 0) {
      throw new AssertionError("a sum of positive numbers is 0");
    }
  }

  /** Needs its arguments after the call, and therefore a frame to hold them. */
  private static long probe(
      int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
    long deeper = frames == 0 ? 1 : probe(frames - 1, b, c, d, e, f, g, h, a);
    return (deeper & 0xff) + a + b + c + d + e + f + g + h;
  }
}
