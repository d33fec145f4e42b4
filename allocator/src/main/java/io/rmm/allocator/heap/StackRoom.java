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
 *
 * <p>The way to use up stack is to recurse, and calls are what that costs: so few frames, each as
 * large as so many parameters make it. Three hundred frames of eight parameters took 3.6 us for the
 * same bytes.
 */
public final class StackRoom {

  /** Frames of some 1,100 bytes, interpreted or compiled: 35 KB. */
  private static final int FRAMES = 32;

  /** Enough for the few calls of an operation that enters a heap, and no more than monitors. */
  private static final int FEW_FRAMES = 6;

  private StackRoom() {}

  /**
   * Checks that there is room. To be called where an operation begins, and not by its parts: what
   * passes there must not fail further down.
   *
   * @throws StackOverflowError if there is not
   */
  public static void check() {
    use(FRAMES);
  }

  /**
   * As {@link #check}, at a fifth of its cost, for an operation that must be whole but goes only a
   * few calls deep, and takes no lock but monitors, which the JVM releases by itself.
   */
  public static void checkForFewCalls() {
    use(FEW_FRAMES);
  }

  private static void use(int frames) {
    long sum =
        probe(
            frames, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
            23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
            45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64);
    if (sum == 0) {
      throw new AssertionError("a sum of positive numbers is 0");
    }
  }

  /** Needs its arguments after the call, and therefore a frame to hold them. */
  private static long probe(
      int frames,
      long a0,
      long a1,
      long a2,
      long a3,
      long a4,
      long a5,
      long a6,
      long a7,
      long a8,
      long a9,
      long a10,
      long a11,
      long a12,
      long a13,
      long a14,
      long a15,
      long a16,
      long a17,
      long a18,
      long a19,
      long a20,
      long a21,
      long a22,
      long a23,
      long a24,
      long a25,
      long a26,
      long a27,
      long a28,
      long a29,
      long a30,
      long a31,
      long a32,
      long a33,
      long a34,
      long a35,
      long a36,
      long a37,
      long a38,
      long a39,
      long a40,
      long a41,
      long a42,
      long a43,
      long a44,
      long a45,
      long a46,
      long a47,
      long a48,
      long a49,
      long a50,
      long a51,
      long a52,
      long a53,
      long a54,
      long a55,
      long a56,
      long a57,
      long a58,
      long a59,
      long a60,
      long a61,
      long a62,
      long a63) {
    long deeper =
        frames == 0
            ? 1
            : probe(
                frames - 1,
                a0,
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10,
                a11,
                a12,
                a13,
                a14,
                a15,
                a16,
                a17,
                a18,
                a19,
                a20,
                a21,
                a22,
                a23,
                a24,
                a25,
                a26,
                a27,
                a28,
                a29,
                a30,
                a31,
                a32,
                a33,
                a34,
                a35,
                a36,
                a37,
                a38,
                a39,
                a40,
                a41,
                a42,
                a43,
                a44,
                a45,
                a46,
                a47,
                a48,
                a49,
                a50,
                a51,
                a52,
                a53,
                a54,
                a55,
                a56,
                a57,
                a58,
                a59,
                a60,
                a61,
                a62,
                a63);
    return (deeper & 0xff)
        + a0
        + a1
        + a2
        + a3
        + a4
        + a5
        + a6
        + a7
        + a8
        + a9
        + a10
        + a11
        + a12
        + a13
        + a14
        + a15
        + a16
        + a17
        + a18
        + a19
        + a20
        + a21
        + a22
        + a23
        + a24
        + a25
        + a26
        + a27
        + a28
        + a29
        + a30
        + a31
        + a32
        + a33
        + a34
        + a35
        + a36
        + a37
        + a38
        + a39
        + a40
        + a41
        + a42
        + a43
        + a44
        + a45
        + a46
        + a47
        + a48
        + a49
        + a50
        + a51
        + a52
        + a53
        + a54
        + a55
        + a56
        + a57
        + a58
        + a59
        + a60
        + a61
        + a62
        + a63;
  }
}
